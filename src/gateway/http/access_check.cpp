// Verifies tokens, and enforces what routes declare.
#include "http/access_check.hpp"

#include "http/bearer.hpp"
#include "http/client_refusal.hpp"
#include "http/newer_keys.hpp"

namespace notifyd::gateway {

auth::AuthResult<Identity> AccessCheck::judge(const Exchange& exchange) const {
    return services_.authorizer.authenticate(bearer_token(exchange.request.authorization));
}

bool AccessCheck::identify(Exchange& exchange) {
    exchange.caller.emplace(judge(exchange));
    if (*exchange.caller) client_.set_known();
    return exchange.caller->has_value();
}

Awaitable<void> AccessCheck::identify_again(Exchange& exchange) {
    const auto again = [this, &exchange] { return judge(exchange); };
    co_await judge_again(services_, *exchange.caller, again);
    if (*exchange.caller) client_.set_known();
}

HttpReply AccessCheck::refused_token(const Exchange& exchange) const {
    return refusal_reply(refuse_caller(exchange.caller->error(), exchange.request, services_.events), exchange.request);
}

Result<void> AccessCheck::check(const Route& route, const Identity& caller) const {
    if (route.blocked_users == BlockedUsers::refused) {
        const Result<void> unblocked = services_.permissions.may_act(caller.user);
        if (!unblocked) return unblocked;
    }
    if (route.access == Access::service && !caller.is_service()) {
        return Error{Errc::forbidden, "This requires a token with the service grant"};
    }
    if (route.access == Access::admin && !caller.is_admin()) {
        return Error{Errc::forbidden, "This requires a token with the admin grant"};
    }
    return {};
}

}  // namespace notifyd::gateway
