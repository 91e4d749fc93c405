// What the reader threads read of inboxes.
// Fails:  nullopt if the database fails.
#pragma once

#include "notifyd/storage/read_tables.hpp"

#include "choice_rows.hpp"
#include "database.hpp"
#include "unread_count.hpp"

#include <optional>
#include <vector>

namespace notifyd::storage::sqlite {

class InboxLists final : public InboxReads {
  public:
    explicit InboxLists(Database& database);

    [[nodiscard]] std::optional<NotificationPage> list(const ports::InboxQuery& query) override;
    [[nodiscard]] std::optional<PendingPage> pending(const ports::PendingQuery& query) override;
    [[nodiscard]] std::optional<std::uint64_t> count_unread(const UserId& user, EpochMs now) override;
    [[nodiscard]] std::optional<Channels> channels(const UserId& user) override;
    [[nodiscard]] std::optional<Preferences> preferences(const UserId& user) override;
    [[nodiscard]] std::optional<std::vector<Uuid>> unfinished_postings() override;

  private:
    Statement newest_;
    Statement newest_unread_;
    Statement newest_of_type_;
    Statement newest_unread_of_type_;
    Statement pending_;
    Statement unfinished_;
    UnreadCount unread_;
    ChoiceRows choices_;
};

}  // namespace notifyd::storage::sqlite
