// The rows (user, topic, role) behind the permission manager.
// Thread: one loop; `done` runs on that loop.
// Fails:  unavailable (queue full or the commit failed); forbidden (the basis of the change does not hold when it is
// committed); conflict (the topic or the user has reached its maximum number of rows).
#pragma once

#include "notifyd/core/permission.hpp"
#include "notifyd/core/result.hpp"
#include "notifyd/core/unique_function.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace notifyd::ports {

struct PermissionPage {
    std::vector<Permission> permissions;
    bool more = false;
};

// What entitles the caller to change a row. It is checked inside the transaction that changes the row, because what was
// true when the request arrived may no longer be true when it is committed.
enum class Basis : std::uint8_t {
    token,            // an admin token: no row is checked
    own_row,          // users giving up their own row: anything but a ban
    admin_row,        // the caller must have the role admin in the topic
    unclaimed_topic,  // the topic must not have any row
};

// The maximum number of rows; 0 means no maximum.
struct PermissionBounds {
    std::size_t of_topic = 0;
    std::size_t of_user = 0;
};

struct PermissionGrant {
    // At least one; all in one topic and by one granter, who is the caller.
    std::vector<Permission> rows;
    Basis basis = Basis::token;
    PermissionBounds bounds;
};

struct PermissionRevocation {
    UserId user;
    TopicName topic;
    UserId by;
    Basis basis = Basis::token;
};

class PermissionStore {
  public:
    virtual ~PermissionStore() = default;

    // Writes all of the rows or none, in one transaction. An existing row gets the new role and does not count towards
    // the bounds.
    virtual void grant(PermissionGrant grant, UniqueFunction<void(Result<void>)> done) = 0;

    // Deletes the row; `done` receives whether there was one.
    virtual void revoke(PermissionRevocation revocation, UniqueFunction<void(Result<bool>)> done) = 0;

    // Rows of one user, ordered by topic, starting after `after` if given. Scheduled as a read of that user.
    virtual void list_by_user(UserId user,
                              std::size_t rows_max,
                              std::optional<TopicName> after,
                              UniqueFunction<void(Result<PermissionPage>)> done) = 0;

    // Rows of one topic, ordered by user, starting after `after` if given. Scheduled as a read of the asker.
    virtual void list_by_topic(UserId asker,
                               TopicName topic,
                               std::size_t rows_max,
                               std::optional<UserId> after,
                               UniqueFunction<void(Result<PermissionPage>)> done) = 0;
};

}  // namespace notifyd::ports
