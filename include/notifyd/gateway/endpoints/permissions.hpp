// POST, DELETE and GET /permissions (docs/protocol.md#the-permissions-api).
#pragma once

#include "notifyd/config/config.hpp"
#include "notifyd/gateway/route.hpp"
#include "notifyd/permissions/permission_manager.hpp"
#include "notifyd/wire/permissions.hpp"

#include <span>

namespace notifyd::gateway {

class PermissionEndpoints {
  public:
    PermissionEndpoints(permissions::PermissionManager& permissions,
                        runtime::EventLoop& loop,
                        const config::Limits& limits)
        : permissions_(permissions), loop_(loop), limits_(limits) {}

    [[nodiscard]] static std::span<const ResourceRoute<PermissionEndpoints>> routes();

  private:
    EndpointReply grant(const Call& call);
    EndpointReply revoke(const Call& call);
    EndpointReply list(const Call& call);

    EndpointReply list_of_user(const Identity& caller, const UserId& user, const wire::PermissionsQuery& query);
    EndpointReply list_of_topic(const Identity& caller, const TopicName& topic, const wire::PermissionsQuery& query);

    permissions::PermissionManager& permissions_;
    runtime::EventLoop& loop_;
    const config::Limits& limits_;
};

}  // namespace notifyd::gateway
