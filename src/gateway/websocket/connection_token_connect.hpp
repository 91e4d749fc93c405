// The two steps of a connect with a connection token that wait for the database. A connect with a JWT needs neither,
// and must not pay for a coroutine, whose freed memory an idle connection might end up occupying.
// Owns:   nothing; both parameters must outlive the coroutine.
// Thread: one loop.
// Fails:  with the errors of Authorizer and TicketOffice.
#pragma once

#include "notifyd/gateway/session_services.hpp"

#include "stream/socket.hpp"

namespace notifyd::gateway {

// Finds out who is connecting, and to what.
Awaitable<auth::AuthResult<auth::ConnectGrant>> find_connection_token(const auth::ConnectRequest& request,
                                                                      const SessionServices& services);

// Uses the token up; success means that this has been committed.
Awaitable<auth::AuthResult<void>> use_connection_token(Uuid token_id, const SessionServices& services);

}  // namespace notifyd::gateway
