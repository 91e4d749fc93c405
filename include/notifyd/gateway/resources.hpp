// All resources of the HTTP API, in the order in which their routes are searched. A new resource is added to this list,
// and built by app/loop_unit with what it needs. Each loop has its own.
#pragma once

#include "notifyd/gateway/endpoints/chats.hpp"
#include "notifyd/gateway/endpoints/connection_tokens.hpp"
#include "notifyd/gateway/endpoints/connections.hpp"
#include "notifyd/gateway/endpoints/dead_letters.hpp"
#include "notifyd/gateway/endpoints/messages.hpp"
#include "notifyd/gateway/endpoints/notifications.hpp"
#include "notifyd/gateway/endpoints/operations.hpp"
#include "notifyd/gateway/endpoints/permissions.hpp"
#include "notifyd/gateway/endpoints/preferences.hpp"
#include "notifyd/gateway/endpoints/presence.hpp"
#include "notifyd/gateway/endpoints/publish.hpp"
#include "notifyd/gateway/endpoints/users.hpp"

#include <tuple>

namespace notifyd::gateway {

using Resources = std::tuple<PublishEndpoints,
                             ConnectionTokenEndpoints,
                             MessageEndpoints,
                             NotificationEndpoints,
                             PreferenceEndpoints,
                             ChatEndpoints,
                             PermissionEndpoints,
                             UserEndpoints,
                             PresenceEndpoints,
                             DeadLetterEndpoints,
                             ConnectionEndpoints,
                             OperationsEndpoints>;

}  // namespace notifyd::gateway
