// The two steps of a connect that wait for the database when it comes with a connection token; a JWT waits for none.
// Owns:   nothing. Thread: one loop. Both parameters live in the coroutine that waits.
// Fails:  as Authorizer and TicketOffice do.
#pragma once

#include "notifyd/gateway/loop_services.hpp"

#include "socket.hpp"

namespace notifyd::gateway {

// Who connects, and to what.
Awaitable<auth::AuthResult<auth::ConnectGrant>> authorize(const auth::ConnectRequest& request, LoopServices& services);

// Uses up the connection token of the grant, if it has one. When this succeeds it is committed.
Awaitable<auth::AuthResult<void>> use_ticket(const auth::ConnectGrant& grant, LoopServices& services);

}  // namespace notifyd::gateway
