// Who must hear of a change of permissions: the open connections.
// Owns:   nothing.
// Thread: called on one loop; `everywhere` runs on that same loop.
// Fails:  never: `everywhere` runs exactly once, whatever happens to the connections.
#pragma once

#include "notifyd/core/ids.hpp"
#include "notifyd/core/permission.hpp"
#include "notifyd/core/topic_name.hpp"
#include "notifyd/core/unique_function.hpp"

namespace notifyd::permissions {

class ChangeListener {
  public:
    virtual ~ChangeListener() = default;

    // The user's row for the topic is gone, or says that the user is banned: committed, and so in the
    // PermissionDirectory, which all loops share.
    // Each loop looks at the user's connections that are subscribed to the topic, asks PermissionManager::may_receive
    // with each connection's own identity, and drops the subscription (and what is queued for it) where the answer is
    // now no. The row alone is revoked: a connection whose token makes the user a member by a claim, carries the admin
    // grant, or whose own `user:` topic it is, keeps the topic; two connections of one user may differ in this.
    // `everywhere` is called when every loop has done so; it may run inside the call.
    //
    // A connection that was authorized but not yet registered is not found by this. So whoever registers a
    // subscription asks may_receive again in the same turn of the loop.
    virtual void revoked(const UserId& user, const TopicName& topic, UniqueFunction<void()> everywhere) = 0;

    // The user has got a role in the topic: the user's connections receive a `granted` frame soon after.
    virtual void granted(const UserId& user, const TopicName& topic, Role role) = 0;

    // The user has been blocked: committed, and in the BlockList, which all loops share. Each loop closes the user's
    // connections. One that is not yet registered is not found by this: whoever registers it asks the BlockList again.
    virtual void blocked(const UserId& user, UniqueFunction<void()> everywhere) = 0;
};

}  // namespace notifyd::permissions
