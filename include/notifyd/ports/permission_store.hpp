// The rows (user, topic, role) behind the permission manager.
// Owns:   nothing. Thread: one loop; `done` runs on that loop.
// Fails:  unavailable (queue full or the commit failed); forbidden (what the change rests on does not hold when it is
//         its turn to be committed); conflict (the topic or the user has as many rows as it may have).
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

// What gives somebody the right to change a row. It is judged inside the transaction that changes the row: whatever was
// true when the request arrived may no longer be true when its turn to be committed comes.
enum class Basis : std::uint8_t {
    token,            // an admin token: no row is looked at
    own_row,          // users giving up their own row: anything but a ban
    admin_row,        // whoever asks must have the role admin in the topic
    unclaimed_topic,  // the topic must have no row at all
};

// How many rows there may be; 0: any number.
struct PermissionBounds {
    std::size_t of_topic = 0;
    std::size_t of_user = 0;
};

struct PermissionGrant {
    // At least one, all in one topic and by one granter, who is the one that asks.
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

    // Writes all of the rows or none, in one transaction. A row that exists gets the new role and does not count
    // towards the bounds.
    virtual void grant(PermissionGrant grant, UniqueFunction<void(Result<void>)> done) = 0;

    // Deletes the row; `done` receives whether there was one.
    virtual void revoke(PermissionRevocation revocation, UniqueFunction<void(Result<bool>)> done) = 0;

    // Rows of one user ordered by topic, after `after` if given; read in that user's turn.
    virtual void list_by_user(UserId user,
                              std::size_t rows_max,
                              std::optional<TopicName> after,
                              UniqueFunction<void(Result<PermissionPage>)> done) = 0;

    // Rows of one topic ordered by user, after `after` if given; read in the asker's turn.
    virtual void list_by_topic(UserId asker,
                               TopicName topic,
                               std::size_t rows_max,
                               std::optional<UserId> after,
                               UniqueFunction<void(Result<PermissionPage>)> done) = 0;
};

}  // namespace notifyd::ports
