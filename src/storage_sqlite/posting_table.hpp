// Tables `topic_postings` and `notification_requests`, as the storage thread writes them.
// Fails:  false if the database fails.
#pragma once

#include "notifyd/storage/write_tables.hpp"

#include "database.hpp"

#include <optional>
#include <string>
#include <vector>

namespace notifyd::storage::sqlite {

class PostingTable final : public PostingWrites {
  public:
    explicit PostingTable(Database& database);

    [[nodiscard]] bool begin(const ports::Posting& posting, const TopicName& topic) override;
    [[nodiscard]] bool take_members(
        const Uuid& id, std::size_t rows_max, EpochMs now, std::vector<ports::Posting>& postings, bool& more) override;
    [[nodiscard]] bool find(const ports::RequestKey& key,
                            EpochMs forgotten_at,
                            std::optional<ports::PostResult>& result) override;
    [[nodiscard]] bool keep(const ports::PostRequest& request, const ports::PostResult& result) override;

  private:
    struct Begun {
        ports::Posting pattern;
        std::string topic;
        std::string after_user;
    };
    // nullopt: finished.
    [[nodiscard]] bool read(const Uuid& id, std::optional<Begun>& begun);

    Statement begin_;
    Statement read_;
    Statement members_;
    Statement advance_;
    Statement finish_;
    Statement find_;
    Statement keep_;
    Statement forget_;
};

}  // namespace notifyd::storage::sqlite
