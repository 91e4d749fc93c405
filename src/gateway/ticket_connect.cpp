// Finding and using up connection tokens.
#include "ticket_connect.hpp"

#include "notifyd/auth/connection_token.hpp"
#include "notifyd/runtime/one_shot.hpp"

namespace notifyd::gateway {

Awaitable<auth::AuthResult<auth::ConnectGrant>> authorize(const auth::ConnectRequest& request, LoopServices& services) {
    if (!auth::is_connection_token(request.token)) co_return services.authorizer.connect(request);
    runtime::OneShot<auth::AuthResult<ports::Ticket>> answer(services.loop.executor());
    services.tickets.find(request.token,
                          [&answer](auth::AuthResult<ports::Ticket> ticket) { answer.set(std::move(ticket)); });
    auth::AuthResult<ports::Ticket> ticket = co_await answer.wait();
    if (!ticket) co_return ticket.error();
    auth::AuthResult<auth::ConnectGrant> grant = services.authorizer.connect_as(std::move(ticket->identity), request);
    if (grant) grant->ticket = ticket->id;
    co_return grant;
}

Awaitable<auth::AuthResult<void>> use_ticket(const auth::ConnectGrant& grant, LoopServices& services) {
    auth::AuthResult<void> used;
    if (!grant.ticket) co_return used;
    runtime::OneShot<auth::AuthResult<void>> answer(services.loop.executor());
    services.tickets.use(*grant.ticket, [&answer](auth::AuthResult<void> result) { answer.set(result); });
    used = co_await answer.wait();
    co_return used;
}

}  // namespace notifyd::gateway
