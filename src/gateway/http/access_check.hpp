// Who sent a request, and whether they may use its route: the token is verified once per request, and again only after
// a fetch of keys.
// Thread: one loop.
#pragma once

#include "notifyd/core/result.hpp"
#include "notifyd/gateway/session_services.hpp"

#include "client_stream.hpp"
#include "http/exchange.hpp"

namespace notifyd::gateway {

class AccessCheck {
  public:
    AccessCheck(ClientStream& client, const SessionServices& services) : client_(client), services_(services) {}

    // Verifies the token. False: it was refused.
    [[nodiscard]] bool identify(Exchange& exchange);
    // Verifies a refused token again, with newer keys. Apart from identify(), because hardly any request needs it, and
    // a coroutine costs memory.
    Awaitable<void> identify_again(Exchange& exchange);
    // The reply to a request whose token was refused, which is logged.
    [[nodiscard]] HttpReply refused_token(const Exchange& exchange) const;
    // Whether the caller may use the route, as the route declares it.
    [[nodiscard]] Result<void> check(const Route& route, const Identity& caller) const;

  private:
    [[nodiscard]] auth::AuthResult<Identity> judge(const Exchange& exchange) const;

    ClientStream& client_;
    const SessionServices& services_;
};

}  // namespace notifyd::gateway
