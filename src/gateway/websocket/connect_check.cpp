// Origin, query and subprotocols; and the limit on refused attempts.
#include "websocket/connect_check.hpp"

#include "accept/client_address.hpp"
#include "http/bearer.hpp"
#include "http/origins.hpp"

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

ClientResult<ConnectDemand> read_connect(const BeastRequest& head,
                                         const HttpRequest& request,
                                         const SessionServices& services) {
    const std::string offered = offered_subprotocols(head);
    const Subprotocols subprotocols = read_subprotocols(offered);
    const std::string_view token = token_of(request, subprotocols);
    const auto refusal = [&](Error error) {
        const auth::AuthResult<Identity> caller = services.authorizer.authenticate(token);
        return ClientRefusal{std::move(error), caller ? caller->user.get() : std::string()};
    };
    if (services.state.draining) return refusal(caused_by("draining", {Errc::unavailable, "The server is stopping"}));
    const bool from_browser = head.count(http::field::origin) != 0;
    if (head.count(http::field::origin) > 1 ||
        (from_browser && allowed_origin(services.config.server.allowed_origins, request.origin).empty())) {
        return refusal(caused_by("origin", {Errc::forbidden, "The page's origin is not in server.allowed_origins"}));
    }
    Result<wire::ConnectQuery> query = wire::parse_connect_query(request.query);
    if (!query) return refusal(query.error());
    if (query->topics.size() > config::unless_off(services.config.limits.topics_per_connection)) {
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

ClientRefusal as_attempt(ClientRefusal refusal,
                         const HttpRequest& request,
                         Purpose purpose,
                         const SessionServices& services) {
    const Errc code = refusal.error.code;
    if (code != Errc::unauthorized && code != Errc::forbidden && code != Errc::blocked) return refusal;
    // Without proxies, a client on the Unix socket is local; a proxy must say which client it forwards for.
    if (request.peer_address == unix_peer && services.config.server.trusted_proxies.empty()) return refusal;
    const std::string key = limit_key(request.peer_address);
    const SteadyTime now = services.clock.steady_now();
    const std::size_t most = services.config.limits.connects_per_minute_per_ip;
    runtime::SharedRateLimit& refused = services.refused_connects;
    const Milliseconds wait = purpose == Purpose::upgrade ? refused.take(key, now, most) : refused.look(key, now, most);
    if (wait == Milliseconds::zero()) return refusal;
    Error error = rate_limited("Too many refused attempts to connect from this address: wait, or use a valid token",
                               wait,
                               "limits.connects_per_minute_per_ip");
    error.topic = std::move(refusal.error.topic);
    return {std::move(error), std::move(refusal.user), reason_of(refusal.error)};
}

}  // namespace notifyd::gateway
