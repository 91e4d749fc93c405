// What the sessions and endpoints of one loop work with. Built by app/, one for each loop.
// Owns:   nothing; everything outlives the loop.
// Thread: the loop's. `state`, `connection_limits`, `refused_connects`, `user_connects`, `http_publishes` and `loops`
//         are shared by all loops.
// Fails:  never.
#pragma once

#include "notifyd/auth/authorizer.hpp"
#include "notifyd/auth/key_source.hpp"
#include "notifyd/auth/ticket_office.hpp"
#include "notifyd/config/config.hpp"
#include "notifyd/connection/connection_handler.hpp"
#include "notifyd/connection/connection_limits.hpp"
#include "notifyd/core/ids.hpp"
#include "notifyd/delivery/redrive.hpp"
#include "notifyd/delivery/worker_pool.hpp"
#include "notifyd/gateway/server_state.hpp"
#include "notifyd/history/retrieval_handler.hpp"
#include "notifyd/observability/events.hpp"
#include "notifyd/permissions/permission_manager.hpp"
#include "notifyd/permissions/user_blocks.hpp"
#include "notifyd/publish/publisher.hpp"
#include "notifyd/runtime/event_loop.hpp"
#include "notifyd/runtime/shared_rate_limit.hpp"
#include "notifyd/runtime/shared_token_buckets.hpp"
#include "notifyd/runtime/turnstile.hpp"

#include <functional>
#include <string_view>
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
    permissions::UserBlocks& user_blocks;
    publish::Publisher& publisher;
    // One large batch at a time is read, because reading takes several times its size.
    runtime::Turnstile& large_batches;
    history::RetrievalHandler& retrieval;
    delivery::DeliveryWorker& delivery;
    delivery::Redriver& redriver;
    ports::DeadLetterStore& dead_letters;
    connection::ConnectionRegistry& registry;
    connection::ConnectionHandler& connections;
    connection::ConnectionLimits& connection_limits;
    // Connects that were refused, by address.
    runtime::SharedRateLimit& refused_connects;
    // Connects that were let in, by user.
    runtime::SharedRateLimit& user_connects;
    // Messages published over HTTP, by user.
    runtime::SharedTokenBuckets& http_publishes;
    // Every loop's services, these too, by the loop's index; complete before any loop runs.
    const std::vector<LoopServices*>& loops;
    // Whether the database takes writes, for /readyz.
    std::function<bool()> storage_writable;
    std::string_view version;
};

}  // namespace notifyd::gateway
