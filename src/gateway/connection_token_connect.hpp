// The two steps of a connect with a connection token that wait for the database. A connect with a JWT waits for neither
// and must not pay for a coroutine, whose freed memory an idle connection might come to occupy.
// Thread: one loop. Both parameters outlive the coroutine. Errors are those of Authorizer and TicketOffice.
#pragma once

#include "notifyd/gateway/session_services.hpp"

#include "socket.hpp"

namespace notifyd::gateway {

// Finds out who connects, and to what.
Awaitable<auth::AuthResult<auth::ConnectGrant>> find_ticket(const auth::ConnectRequest& request,
                                                            const SessionServices& services);

// Uses the token up; success means that this is committed.
Awaitable<auth::AuthResult<void>> use_ticket(Uuid ticket, const SessionServices& services);

}  // namespace notifyd::gateway
