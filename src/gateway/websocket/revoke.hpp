// Takes topics from an open connection and informs its client (docs/protocol.md#subscriptions). On the connection's
// loop.
#pragma once

#include "notifyd/core/topic_name.hpp"
#include "notifyd/gateway/loop_connections.hpp"

#include <span>

namespace notifyd::gateway {

void revoke(const LoopConnections& services, connection::Connection& connection, std::span<const TopicName> topics);
// Only informs the client, about topics that the connection never got.
void tell_revoked(const LoopConnections& services,
                  connection::Connection& connection,
                  std::span<const TopicName> topics);

}  // namespace notifyd::gateway
