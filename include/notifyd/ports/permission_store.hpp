// The rows (user, topic, role) behind the permission manager.
// Owns:   nothing. Thread: one loop; `done` runs on that loop.
// Fails:  unavailable (queue full or the commit failed); forbidden (grant_unclaimed on a topic that has rows).
#pragma once

#include "notifyd/core/permission.hpp"
#include "notifyd/core/result.hpp"
#include "notifyd/core/unique_function.hpp"

#include <cstddef>
#include <optional>
#include <vector>

namespace notifyd::ports {

struct PermissionPage {
    std::vector<Permission> permissions;
    bool more = false;
};

class PermissionStore {
  public:
    virtual ~PermissionStore() = default;

    // Writes these rows, replacing the roles of the pairs that exist, in one transaction.
    virtual void grant(std::vector<Permission> rows, UniqueFunction<void(Result<void>)> done) = 0;

    // The same, but only if the topic of the rows has no row at all yet; checked inside the transaction.
    // All rows have one topic.
    virtual void grant_unclaimed(std::vector<Permission> rows, UniqueFunction<void(Result<void>)> done) = 0;

    // Deletes the row; fine if there was none.
    virtual void revoke(UserId user, TopicName topic, UniqueFunction<void(Result<void>)> done) = 0;

    // Rows of one user ordered by topic, after `after` if given.
    virtual void list_by_user(UserId user,
                              std::size_t rows_max,
                              std::optional<TopicName> after,
                              UniqueFunction<void(Result<PermissionPage>)> done) = 0;

    // Rows of one topic ordered by user, after `after` if given.
    virtual void list_by_topic(TopicName topic,
                               std::size_t rows_max,
                               std::optional<UserId> after,
                               UniqueFunction<void(Result<PermissionPage>)> done) = 0;
};

}  // namespace notifyd::ports
