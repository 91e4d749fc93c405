// Replaces the JWT that a connection was opened with by a fresh one (docs/protocol.md#staying-connected).
// Flow:   FrameDispatch -> refresh_token -> Authorizer, perhaps after a fetch of keys -> answer through the sink
// Thread: one loop. The answer finds the connection by id, because it may be gone.
// A bad token is answered with an error and changes nothing.
#pragma once

#include "notifyd/connection/connection.hpp"
#include "notifyd/gateway/session_services.hpp"
#include "notifyd/wire/client_frames.hpp"

namespace notifyd::gateway {

void refresh_token(const FrameServices& services, connection::Connection& connection, wire::AuthRefresh frame);

}  // namespace notifyd::gateway
