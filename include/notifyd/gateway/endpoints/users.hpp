// POST and DELETE /users/{userId}/block, GET /users (docs/protocol.md#blocked-users).
#pragma once

#include "notifyd/config/config.hpp"
#include "notifyd/gateway/route.hpp"
#include "notifyd/permissions/user_blocks.hpp"

#include <span>

namespace notifyd::gateway {

class UserEndpoints {
  public:
    UserEndpoints(permissions::UserBlocks& blocks, runtime::EventLoop& loop, const config::Limits& limits)
        : blocks_(blocks), loop_(loop), limits_(limits) {}

    [[nodiscard]] static std::span<const ResourceRoute<UserEndpoints>> routes();

  private:
    EndpointReply block(const Call& call);
    EndpointReply unblock(const Call& call);
    EndpointReply list(const Call& call);

    permissions::UserBlocks& blocks_;
    runtime::EventLoop& loop_;
    const config::Limits& limits_;
};

}  // namespace notifyd::gateway
