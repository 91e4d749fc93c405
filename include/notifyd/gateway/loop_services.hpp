// What the sessions of one loop work with. Built by app/, one for each loop.
// Owns:   nothing; everything outlives the loop.
// Thread: the loop's. `state`, `connection_limits`, `refused_connects`, `user_connects` and `loops` are shared by all
//         loops.
// Fails:  never.
#pragma once

#include "notifyd/auth/authorizer.hpp"
#include "notifyd/auth/key_source.hpp"
#include "notifyd/auth/ticket_office.hpp"
#include "notifyd/config/config.hpp"
#include "notifyd/connection/connection_handler.hpp"
#include "notifyd/connection/connection_limits.hpp"
#include "notifyd/core/ids.hpp"
#include "notifyd/delivery/worker_pool.hpp"
#include "notifyd/gateway/server_state.hpp"
#include "notifyd/history/retrieval_handler.hpp"
#include "notifyd/observability/events.hpp"
#include "notifyd/permissions/permission_manager.hpp"
#include "notifyd/publish/publisher.hpp"
#include "notifyd/runtime/event_loop.hpp"
#include "notifyd/runtime/shared_rate_limit.hpp"

#include <vector>

namespace notifyd::gateway {

struct LoopServices {
    runtime::EventLoop& loop;
    const config::Config& config;
    const Clock& clock;
    IdSource& ids;
    observability::Events& events;
    ServerState& state;
    auth::Authorizer& authorizer;
    auth::TicketOffice& tickets;
    auth::KeySource& keys;
    permissions::PermissionManager& permissions;
    publish::Publisher& publisher;
    history::RetrievalHandler& retrieval;
    delivery::DeliveryWorker& delivery;
    connection::ConnectionRegistry& registry;
    connection::ConnectionHandler& connections;
    connection::ConnectionLimits& connection_limits;
    // Connects that were refused, by address.
    runtime::SharedRateLimit& refused_connects;
    // Connects that were let in, by user.
    runtime::SharedRateLimit& user_connects;
    // Every loop's services, these too, by the loop's index; complete before any loop runs.
    const std::vector<LoopServices*>& loops;
};

}  // namespace notifyd::gateway
