// Takes topics from an open connection, and tells its client (SPEC §5.3 `revoked`).
// Owns: nothing. Thread: the connection's loop. Fails: never.
#pragma once

#include "notifyd/core/topic_name.hpp"
#include "notifyd/gateway/loop_services.hpp"

#include <span>

namespace notifyd::gateway {

void revoke(LoopServices& services, connection::Connection& connection, std::span<const TopicName> topics);
// Of topics that the connection never got.
void tell_revoked(LoopServices& services, connection::Connection& connection, std::span<const TopicName> topics);

}  // namespace notifyd::gateway
