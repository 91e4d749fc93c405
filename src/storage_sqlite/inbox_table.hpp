// Table `notifications`, as the storage thread writes it. Triggers keep the number of unread ones in `inboxes`.
// Fails:  false if the database fails.
#pragma once

#include "notifyd/storage/write_tables.hpp"

#include "database.hpp"
#include "unread_count.hpp"

#include <optional>
#include <string>
#include <vector>

namespace notifyd::storage::sqlite {

class InboxTable final : public InboxWrites {
  public:
    explicit InboxTable(Database& database);

    [[nodiscard]] bool post(const ports::Posting& posting, EpochMs now, ports::Posted& posted) override;
    [[nodiscard]] bool read(const UserId& user,
                            const Uuid& id,
                            const ports::ReadTime& time,
                            std::optional<ports::InboxChange>& change) override;
    [[nodiscard]] bool read_all(const UserId& user,
                                const Uuid& up_to,
                                std::size_t rows_max,
                                const ports::ReadTime& time,
                                ports::InboxChange& change) override;
    [[nodiscard]] bool remove(const UserId& user,
                              const Uuid& id,
                              EpochMs now,
                              std::optional<ports::InboxChange>& change) override;
    [[nodiscard]] bool acknowledge(const UserId& user, const Uuid& id, bool& found) override;
    [[nodiscard]] bool delete_expired(std::optional<EpochMs> cutoff,
                                      std::optional<EpochMs> now,
                                      std::size_t rows_max,
                                      std::size_t& deleted) override;

  private:
    // Whether the user wants it, and the channels that the user has chosen. An inbox without a row has the defaults.
    [[nodiscard]] bool judge(const Notification& notification, bool& wanted, ports::Posted& posted);
    [[nodiscard]] bool replace(const Notification& notification, std::optional<Uuid>& replaced);
    [[nodiscard]] bool exists(const UserId& user, const Uuid& id, bool& found);

    Database& database_;
    UnreadCount unread_;
    Statement inbox_;
    Statement insert_;
    Statement find_key_;
    Statement find_;
    Statement remove_;
    Statement read_;
    Statement read_all_;
    Statement acknowledge_;
    Statement delete_old_;
    Statement delete_ended_;
};

}  // namespace notifyd::storage::sqlite
