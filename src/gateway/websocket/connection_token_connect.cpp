// Finds connection tokens and uses them up.
#include "websocket/connection_token_connect.hpp"

#include "notifyd/runtime/one_shot.hpp"

namespace notifyd::gateway {

Awaitable<auth::AuthResult<auth::ConnectGrant>> find_connection_token(const auth::ConnectRequest& request,
                                                                      const SessionServices& services) {
    runtime::OneShot<auth::AuthResult<ports::Ticket>> answer(services.loop.executor());
    services.connection_tokens.find(request.token,
                                    [&answer](auth::AuthResult<ports::Ticket> found) { answer.set(std::move(found)); });
    auth::AuthResult<ports::Ticket> found = co_await answer.wait();
    if (!found) co_return found.error();
    auth::AuthResult<auth::ConnectGrant> grant = services.authorizer.connect_as(std::move(found->identity), request);
    if (grant) grant->connection_token = found->id;
    co_return grant;
}

Awaitable<auth::AuthResult<void>> use_connection_token(Uuid token_id, const SessionServices& services) {
    runtime::OneShot<auth::AuthResult<void>> answer(services.loop.executor());
    services.connection_tokens.use(token_id, [&answer](auth::AuthResult<void> result) { answer.set(result); });
    auth::AuthResult<void> used = co_await answer.wait();
    co_return used;
}

}  // namespace notifyd::gateway
