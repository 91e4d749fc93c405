// Takes a revoked topic from the user's open connections on every loop, and tells them (SPEC §3.3, §5.3 `revoked`).
// Flow:   PermissionManager (one loop) -> RevocationBroadcast -> every loop -> back to the first, which then answers
// Owns:   nothing.
// Thread: one loop asks; each loop looks after its own connections.
// Fails:  never.
#pragma once

#include "notifyd/gateway/loop_services.hpp"
#include "notifyd/permissions/revocation_listener.hpp"

#include <vector>

namespace notifyd::gateway {

class RevocationBroadcast final : public permissions::RevocationListener {
  public:
    // `loops` is complete before any loop runs. `home` is the loop that asks.
    RevocationBroadcast(runtime::EventLoop& home, const std::vector<LoopServices*>& loops)
        : home_(home), loops_(loops) {}

    void revoked(const UserId& user, const TopicName& topic, UniqueFunction<void()> everywhere) override;

  private:
    runtime::EventLoop& home_;
    const std::vector<LoopServices*>& loops_;
};

}  // namespace notifyd::gateway
