// Applies a change of permissions to the user's open connections on every loop: takes a revoked topic from them, or
// closes those of a blocked user (docs/protocol.md#subscriptions).
// Flow:   PermissionManager (one loop) -> ChangeBroadcast -> every loop -> back to the first, which then answers
// Thread: one loop asks; each loop handles its own connections.
#pragma once

#include "notifyd/gateway/loop_connections.hpp"
#include "notifyd/permissions/change_listener.hpp"

namespace notifyd::gateway {

class ChangeBroadcast final : public permissions::ChangeListener {
  public:
    // `loops` is complete before any loop runs. `home` is the loop that asks.
    ChangeBroadcast(runtime::EventLoop& home, const AllLoops& loops) : home_(home), loops_(loops) {}

    void revoked(const UserId& user, const TopicName& topic, UniqueFunction<void()> everywhere) override;
    void granted(const UserId& user, const TopicName& topic, Role role) override;
    void blocked(const UserId& user, UniqueFunction<void()> everywhere) override;

  private:
    runtime::EventLoop& home_;
    const AllLoops& loops_;
};

}  // namespace notifyd::gateway
