// What runs on one loop, and the connections that are open on it. Everything referred to outlives the loop.
// Thread: the loop's, except that `state` is shared by all loops.
#pragma once

#include "notifyd/config/config.hpp"
#include "notifyd/connection/connection_handler.hpp"
#include "notifyd/core/clock.hpp"
#include "notifyd/core/ids.hpp"
#include "notifyd/gateway/server_state.hpp"
#include "notifyd/observability/events.hpp"
#include "notifyd/permissions/permission_manager.hpp"
#include "notifyd/runtime/event_loop.hpp"

#include <vector>

namespace notifyd::gateway {

// What everything on a loop uses.
struct LoopContext {
    runtime::EventLoop& loop;
    const config::Config& config;
    const Clock& clock;
    IdSource& ids;
    observability::Events& events;
    ServerState& state;
};

// What is needed to find a loop's connections and to take from them what they may no longer have. Other loops post
// tasks to `loop` for this.
struct LoopConnections : LoopContext {
    permissions::PermissionManager& permissions;
    connection::ConnectionRegistry& registry;
    connection::ConnectionHandler& connections;
};

// Indexed by loop; complete before any loop runs.
using AllLoops = std::vector<const LoopConnections*>;

}  // namespace notifyd::gateway
