// A fresh JWT in place of the one that a connection was opened with (SPEC §5.3 `auth:refresh`).
// Flow:   FrameDispatch -> refresh_token -> Authorizer, perhaps after a fetch of keys -> answer through the sink
// Owns:   nothing.
// Thread: one loop. The answer finds the connection by id: it may be gone.
// Fails:  never; a bad token is answered, and changes nothing.
#pragma once

#include "notifyd/connection/connection.hpp"
#include "notifyd/gateway/session_services.hpp"
#include "notifyd/wire/client_frames.hpp"

namespace notifyd::gateway {

void refresh_token(const FrameServices& services, connection::Connection& connection, wire::AuthRefresh frame);

}  // namespace notifyd::gateway
