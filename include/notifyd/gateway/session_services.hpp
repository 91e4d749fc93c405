// What the sessions of one loop work with; each part takes the narrowest of these structs. Built by app/, one per loop.
// Owns:   nothing; everything outlives the loop.
// Thread: the loop's. ConnectionLimits, the rate limits and `loops` are shared by all loops.
// Fails:  never.
#pragma once

#include "notifyd/auth/authorizer.hpp"
#include "notifyd/auth/key_source.hpp"
#include "notifyd/auth/ticket_office.hpp"
#include "notifyd/connection/connection_limits.hpp"
#include "notifyd/delivery/worker_pool.hpp"
#include "notifyd/gateway/loop_connections.hpp"
#include "notifyd/publish/publisher.hpp"
#include "notifyd/runtime/shared_rate_limit.hpp"

#include <string>

namespace notifyd::gateway {

// What a client's frames reach.
struct FrameServices : LoopConnections {
    publish::Publisher& publisher;
    delivery::DeliveryWorker& delivery;
    auth::Authorizer& authorizer;
    auth::KeySource& keys;
};

// With what it takes to let a client in.
struct SessionServices : FrameServices {
    auth::TicketOffice& tickets;
    connection::ConnectionLimits& connection_limits;
    // Connects that were refused, by address.
    runtime::SharedRateLimit& refused_connects;
    // Connects that were let in, by user.
    runtime::SharedRateLimit& user_connects;
    // The database's, for the first frame.
    const std::string& epoch;
    const AllLoops& loops;
};

}  // namespace notifyd::gateway
