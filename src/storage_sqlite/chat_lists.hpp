// Reads a user's chats: each permission row costs a seek for its topic and one for the topic's last message, however
// many messages there are.
// Thread: one reader thread. Fails: nullopt or false if the database fails.
#pragma once

#include "notifyd/storage/read_tables.hpp"

#include "database.hpp"

#include <cstddef>
#include <optional>
#include <vector>

namespace notifyd::storage::sqlite {

class ChatLists final : public ChatReads {
  public:
    explicit ChatLists(Database& database);

    [[nodiscard]] std::optional<ChatSlice> rank(const UserId& user,
                                                std::size_t rows_max,
                                                const std::optional<TopicName>& after) override;
    [[nodiscard]] bool describe(const UserId& user,
                                const std::vector<RankedChat>& ranked,
                                std::vector<Chat>& chats) override;

  private:
    Statement rank_;
    Statement describe_;
};

}  // namespace notifyd::storage::sqlite
