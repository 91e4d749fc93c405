// The reasons for refusing a connect (docs/protocol.md#connecting), whether it is an upgrade or a plain GET that asks
// why.
#include "accept/client_address.hpp"
#include "http/bearer.hpp"
#include "http/refusal_events.hpp"
#include "session.hpp"
#include "websocket/connect_rules.hpp"

#include <algorithm>
#include <utility>

namespace notifyd::gateway {

namespace http = boost::beast::http;

namespace {

// RFC 6455 §11.3.4: the header may be repeated.
std::string offered_subprotocols(const BeastRequest& head) {
    std::string offered;
    const auto lines = head.equal_range(http::field::sec_websocket_protocol);
    for (auto line = lines.first; line != lines.second; ++line) {
        offered.append(line->value().data(), line->value().size()).append(",");
    }
    return offered;
}

// From the header, the subprotocol or the URL.
std::string_view token_of(const HttpRequest& request, const Subprotocols& subprotocols) {
    const std::string_view bearer = bearer_token(request.authorization);
    if (!bearer.empty()) return bearer;
    if (!subprotocols.token.empty()) return subprotocols.token;
    const auto parameter = std::ranges::find(request.query, "token", [](const auto& each) { return each.first; });
    return parameter == request.query.end() ? std::string_view() : std::string_view(parameter->second);
}

}  // namespace

ConnectResult<ConnectDemand> Session::read_connect(const BeastRequest& head, const HttpRequest& request) const {
    const std::string offered = offered_subprotocols(head);
    const Subprotocols subprotocols = read_subprotocols(offered);
    const std::string_view token = token_of(request, subprotocols);
    const auto refusal = [&](Error error) {
        const auth::AuthResult<Identity> caller = services_.authorizer.authenticate(token);
        return ConnectRefusal{std::move(error), caller ? caller->user.get() : std::string()};
    };
    if (services_.state.draining) return refusal(caused_by("draining", {Errc::unavailable, "The server is stopping"}));
    const bool from_browser = head.count(http::field::origin) != 0;
    if (head.count(http::field::origin) > 1 || (from_browser && allow_origin(request.origin).empty())) {
        return refusal(caused_by("origin", {Errc::forbidden, "The page's origin is not in server.allowed_origins"}));
    }
    Result<wire::ConnectQuery> query = wire::parse_connect_query(request.query);
    if (!query) return refusal(query.error());
    if (query->topics.size() > config::unless_off(services_.config.limits.topics_per_connection)) {
        return refusal(
            caused_by("limits.topics_per_connection", {Errc::invalid_request, "Too many topics on this connection"}));
    }
    if (!subprotocols.token.empty() && !subprotocols.notifyd_v1) {
        return refusal({Errc::invalid_request,
                        "Offer the subprotocol notifyd.v1 in addition to bearer.<token>: browsers close a connection "
                        "that accepts none of theirs"});
    }
    return ConnectDemand{std::string(token), std::move(*query), subprotocols.notifyd_v1};
}

Result<void> Session::check_room(const UserId& user) const {
    const Result<void> place = services_.connection_limits.check(user, connection_rules(services_.config));
    if (!place) return place.error();
    if (!place_.can_become_websocket()) return no_room_for_websockets();
    const Milliseconds wait = services_.user_connects.look(
        user.get(), services_.clock.steady_now(), services_.config.limits.connects_per_minute_per_user);
    if (wait != Milliseconds::zero()) return too_many_connects(wait);
    return {};
}

ConnectRefusal Session::auth_refusal(const auth::Refusal& refusal, const HttpRequest& request) {
    services_.events.emit(auth_failed(refusal, request.peer_address, request.correlation_id));
    const bool has_other_form = refusal.reason == auth::AuthFailure::missing && !request.authorization.empty();
    return {caused_by(auth::reason_of(refusal), has_other_form ? wrong_scheme() : refusal.error), refusal.user};
}

ConnectRefusal Session::as_attempt(ConnectRefusal refusal, const HttpRequest& request, Purpose purpose) {
    const Errc code = refusal.error.code;
    if (code != Errc::unauthorized && code != Errc::forbidden && code != Errc::blocked) return refusal;
    // Without proxies, a client on the Unix socket is local; a proxy must say whom it asks for.
    if (request.peer_address == unix_peer && services_.config.server.trusted_proxies.empty()) return refusal;
    const std::string key = limit_key(request.peer_address);
    const SteadyTime now = services_.clock.steady_now();
    const std::size_t most = services_.config.limits.connects_per_minute_per_ip;
    runtime::SharedRateLimit& refused = services_.refused_connects;
    const Milliseconds wait = purpose == Purpose::upgrade ? refused.take(key, now, most) : refused.look(key, now, most);
    if (wait == Milliseconds::zero()) return refusal;
    Error error = rate_limited("Too many refused attempts to connect from this address: wait, or use a valid token",
                               wait,
                               "limits.connects_per_minute_per_ip");
    error.topic = std::move(refusal.error.topic);
    return {std::move(error), std::move(refusal.user), reason_of(refusal.error)};
}

}  // namespace notifyd::gateway
