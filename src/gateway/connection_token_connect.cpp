// Finding and using up connection tokens.
#include "ticket_connect.hpp"

#include "notifyd/runtime/one_shot.hpp"

namespace notifyd::gateway {

Awaitable<auth::AuthResult<auth::ConnectGrant>> find_ticket(const auth::ConnectRequest& request,
                                                            const SessionServices& services) {
    runtime::OneShot<auth::AuthResult<ports::Ticket>> answer(services.loop.executor());
    services.tickets.find(request.token,
                          [&answer](auth::AuthResult<ports::Ticket> ticket) { answer.set(std::move(ticket)); });
    auth::AuthResult<ports::Ticket> ticket = co_await answer.wait();
    if (!ticket) co_return ticket.error();
    auth::AuthResult<auth::ConnectGrant> grant = services.authorizer.connect_as(std::move(ticket->identity), request);
    if (grant) grant->ticket = ticket->id;
    co_return grant;
}

Awaitable<auth::AuthResult<void>> use_ticket(Uuid ticket, const SessionServices& services) {
    runtime::OneShot<auth::AuthResult<void>> answer(services.loop.executor());
    services.tickets.use(ticket, [&answer](auth::AuthResult<void> result) { answer.set(result); });
    auth::AuthResult<void> used = co_await answer.wait();
    co_return used;
}

}  // namespace notifyd::gateway
