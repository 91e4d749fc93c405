// How many unread notifications a user has, without those that have expired and are not deleted yet.
// Costs one row and the user's expired ones.
#pragma once

#include "notifyd/core/clock.hpp"
#include "notifyd/core/ids.hpp"

#include "database.hpp"

#include <cstdint>

namespace notifyd::storage::sqlite {

class UnreadCount {
  public:
    explicit UnreadCount(Database& database)
        : count_(
              database,
              "SELECT max(0, i.unread - (SELECT count(*) FROM notifications n WHERE n.user = ?1 AND n.read_at IS NULL "
              "AND n.expires_at IS NOT NULL AND n.expires_at <= ?2)) FROM inboxes i WHERE i.user = ?1") {}

    [[nodiscard]] bool read(const UserId& user, EpochMs now, std::uint64_t& unread) {
        const ResetGuard reset(count_);
        const Step step = count_.bind_text(1, user.get()).bind(2, now).step();
        unread = step == Step::row ? static_cast<std::uint64_t>(count_.integer(0)) : 0;
        return step != Step::failed;
    }

  private:
    Statement count_;
};

}  // namespace notifyd::storage::sqlite
