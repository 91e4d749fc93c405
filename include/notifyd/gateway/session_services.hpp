// The services that the sessions of one loop use; each part takes the narrowest of these structs. Built by app/, one
// per loop. Everything referred to outlives the loop.
// Thread: the loop's. ConnectionLimits, the rate limits and `loops` are shared by all loops.
#pragma once

#include "notifyd/auth/authorizer.hpp"
#include "notifyd/auth/key_source.hpp"
#include "notifyd/auth/ticket_office.hpp"
#include "notifyd/connection/connection_limits.hpp"
#include "notifyd/delivery/worker_pool.hpp"
#include "notifyd/gateway/loop_connections.hpp"
#include "notifyd/notifications/inbox.hpp"
#include "notifyd/notifications/pending_replay.hpp"
#include "notifyd/publish/publisher.hpp"
#include "notifyd/runtime/shared_rate_limit.hpp"

#include <string>

namespace notifyd::gateway {

// The services that a client's frames can reach.
struct FrameServices : LoopConnections {
    publish::Publisher& publisher;
    delivery::DeliveryWorker& delivery;
    auth::Authorizer& authorizer;
    auth::KeySource& keys;
    notifications::Inbox& inbox;
};

// Adds what is needed to admit a client.
struct SessionServices : FrameServices {
    auth::TicketOffice& connection_tokens;
    connection::ConnectionLimits& connection_limits;
    // Refused connects, by address.
    runtime::SharedRateLimit& refused_connects;
    // Successful connects, by user.
    runtime::SharedRateLimit& user_connects;
    // The epoch of the database, for the first frame.
    const std::string& epoch;
    const AllLoops& loops;
    notifications::PendingReplay& pending;
};

}  // namespace notifyd::gateway
