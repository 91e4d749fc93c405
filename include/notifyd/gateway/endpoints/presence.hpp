// GET /presence: who is in a topic (docs/protocol.md#presence).
#pragma once

#include "notifyd/gateway/route.hpp"
#include "notifyd/permissions/permission_manager.hpp"
#include "notifyd/ports/presence_board.hpp"

#include <span>

namespace notifyd::gateway {

class PresenceEndpoints {
  public:
    // `board` is nullptr if presence is disabled.
    PresenceEndpoints(const permissions::PermissionManager& permissions,
                      ports::PresenceBoard* board,
                      runtime::EventLoop& loop)
        : permissions_(permissions), board_(board), loop_(loop) {}

    [[nodiscard]] static std::span<const ResourceRoute<PresenceEndpoints>> routes();

  private:
    EndpointReply list(const Call& call);

    const permissions::PermissionManager& permissions_;
    ports::PresenceBoard* board_;
    runtime::EventLoop& loop_;
};

}  // namespace notifyd::gateway
