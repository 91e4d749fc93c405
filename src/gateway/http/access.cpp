// Who sent a request, and whether they may use its route: the token is verified once per request, and again only after
// a fetch of keys.
#include "notifyd/gateway/route.hpp"
#include "notifyd/runtime/one_shot.hpp"

#include "http/bearer.hpp"
#include "session.hpp"

#include <utility>

namespace notifyd::gateway {

Awaitable<bool> Session::identify_early(const HttpRequest& request, const Route& route, Caller& caller, Paid& paid) {
    identify(request, caller);
    if (!*caller) co_await identify_again(request, caller);
    if (!*caller) {
        refuse(refused_token(caller->error(), request), request, &route);
        co_return false;
    }
    paid.emplace(body_memory_, (*caller)->user);
    co_return true;
}

void Session::identify(const HttpRequest& request, Caller& caller) {
    caller.emplace(services_.authorizer.authenticate(bearer_token(request.authorization)));
    if (*caller) standing_ = YieldOrder::Standing::known;
}

Awaitable<void> Session::identify_again(const HttpRequest& request, Caller& caller) {
    const auto judge = [this, &request] {
        return services_.authorizer.authenticate(bearer_token(request.authorization));
    };
    co_await judge_again(*caller, judge);
    if (*caller) standing_ = YieldOrder::Standing::known;
}

HttpReply Session::refused_token(const auth::Refusal& refusal, const HttpRequest& request) {
    ConnectRefusal refused = auth_refusal(refusal, request);
    HttpReply reply = error_reply(refused.error, request.correlation_id);
    reply.refused_user = std::move(refused.user);
    return reply;
}

Result<void> Session::check_access(const Route& route, const Identity& caller) const {
    if (route.blocked_users == BlockedUsers::refused) {
        const Result<void> unblocked = services_.permissions.may_act(caller.user);
        if (!unblocked) return unblocked;
    }
    if (route.access == Access::admin && !caller.is_admin()) {
        return Error{Errc::forbidden, "This requires a token with the admin grant"};
    }
    return {};
}

Awaitable<void> Session::await_fetch(std::shared_ptr<const auth::KeySet> keys) {
    runtime::OneShot<bool> over(services_.loop.executor());
    auto done = [&loop = services_.loop, &over] { static_cast<void>(loop.post_control([&over] { over.set(true); })); };
    services_.keys.want(std::move(keys), std::move(done));
    static_cast<void>(co_await over.wait());
}

}  // namespace notifyd::gateway
