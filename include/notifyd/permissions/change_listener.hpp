// Learns of changed permissions, in order to apply them to open connections.
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

    // The user's row for the topic was deleted or became a ban; this is committed and already in the
    // PermissionDirectory that all loops share.
    // Each loop looks at the user's connections that are subscribed to the topic, calls PermissionManager::may_receive
    // with each connection's own identity, and drops the subscription (and its queued messages) where the answer is now
    // no. Only the row is revoked: a connection keeps the topic if its token has a claim to it or carries the admin
    // grant, or if it is the user's own `user:` topic; two connections of one user may differ in this. `everywhere` is
    // called when every loop is done; it may run inside the call.
    //
    // A connection that was authorized but not yet registered is missed by this. So code that registers a subscription
    // must call may_receive again in the same turn of the loop.
    virtual void revoked(const UserId& user, const TopicName& topic, UniqueFunction<void()> everywhere) = 0;

    // The user has been given a role in the topic; their connections receive a `granted` frame soon after.
    virtual void granted(const UserId& user, const TopicName& topic, Role role) = 0;

    // The user has been blocked; this is committed and already in the BlockList that all loops share. Each loop closes
    // the user's connections. One that is not yet registered is missed by this: code that registers it must check the
    // BlockList again.
    virtual void blocked(const UserId& user, UniqueFunction<void()> everywhere) = 0;
};

}  // namespace notifyd::permissions
