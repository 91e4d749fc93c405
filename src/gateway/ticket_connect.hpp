// The two steps of a connect with a connection token that wait for the database. A JWT waits for none, and must not pay
// for a coroutine: the memory of one that ends is the next one's, and that may be the idle connection's.
// Owns:   nothing. Thread: one loop. Both parameters live in the coroutine that waits.
// Fails:  as Authorizer and TicketOffice do.
#pragma once

#include "notifyd/gateway/session_services.hpp"

#include "socket.hpp"

namespace notifyd::gateway {

// Who connects, and to what.
Awaitable<auth::AuthResult<auth::ConnectGrant>> find_ticket(const auth::ConnectRequest& request,
                                                            const SessionServices& services);

// When this succeeds it is used up, and that is committed.
Awaitable<auth::AuthResult<void>> use_ticket(Uuid ticket, const SessionServices& services);

}  // namespace notifyd::gateway
