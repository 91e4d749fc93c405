// Who gets a 101: everything that can be wrong with a WebSocket handshake is answered as HTTP (SPEC §5.1).
#include "notifyd/auth/connection_token.hpp"
#include "notifyd/core/http_status.hpp"
#include "notifyd/core/limits.hpp"

#include "bearer.hpp"
#include "client_address.hpp"
#include "session.hpp"
#include "ticket_connect.hpp"

#include <algorithm>
#include <optional>

namespace notifyd::gateway {

namespace beast = boost::beast;
namespace http = beast::http;

namespace {

std::string_view view(beast::string_view text) {
    return {text.data(), text.size()};
}

// Kept as long as the connection: so not whole, and only what can stand in any log or reply.
std::string printable(std::string_view text) {
    std::string kept(text.substr(0, limits::user_agent_bytes_max));
    std::ranges::replace_if(
        kept, [](char c) { return c < ' ' || c > '~'; }, '?');
    return kept;
}

connection::ConnectionRules connection_rules(const config::Config& config) {
    const bool replace = config.connections.on_limit == config::OnLimit::close_oldest;
    return {.total_max = config.limits.max_connections,
            .per_user_max = config.connections.max_per_user,
            .when_full = replace ? connection::WhenFull::replace_oldest : connection::WhenFull::reject};
}

}  // namespace

bool Session::is_upgrade_path(std::string_view path) const {
    return path == "/" || path == "/ws";
}

HttpReply Session::refused_upgrade(const Error& error, const HttpRequest& request) {
    services_.events.emit(observability::ConnectionRefused{
        http_status(error.code), to_string(error.code), request.peer_address, request.correlation_id});
    HttpReply reply = error_reply(error, request.correlation_id);
    if (error.code == Errc::upgrade_required) {
        reply.headers.emplace_back("Sec-WebSocket-Version", "13");
        reply.headers.emplace_back("Upgrade", "websocket");
    }
    return reply;
}

Error Session::auth_error(const auth::Refusal& refusal, const HttpRequest& request) {
    services_.events.emit(
        observability::AuthFailed{auth::to_string(refusal.reason), request.peer_address, request.correlation_id});
    return refusal.error;
}

Result<void> Session::count_attempt(const HttpRequest& request) {
    // Without proxies, whoever comes by a Unix socket is this machine's own; a proxy has to say for whom it asks.
    if (request.peer_address == unix_peer && services_.config.server.trusted_proxies.empty()) return {};
    const Milliseconds wait = services_.connects.take(limit_key(request.peer_address),
                                                      services_.clock.steady_now(),
                                                      services_.config.limits.connects_per_minute_per_ip);
    if (wait == Milliseconds::zero()) return {};
    return rate_limited("Too many attempts to connect from this address", wait);
}

Result<connection::Admission> Session::admit(const UserId& user) {
    const connection::Place place{ConnectionId(services_.ids.time_ordered(services_.clock.now_ms())),
                                  static_cast<std::uint32_t>(services_.loop.index())};
    return services_.connection_limits.admit(user, place, connection_rules(services_.config));
}

void Session::close_oldest(connection::Admission& admission) {
    for (const connection::Place& oldest : admission.replace_oldest(connection_rules(services_.config))) {
        LoopServices* owner = services_.loops[oldest.loop];
        // One that is not open yet will find that it has lost its place. A loop that has stopped has no connections.
        static_cast<void>(owner->loop.post_control([owner, id = oldest.connection] {
            connection::Connection* connection = owner->registry.find(id);
            if (connection != nullptr) connection->sink().close(CloseCode::replaced);
        }));
    }
}

Awaitable<Result<std::unique_ptr<Upgrade>>> Session::admit_upgrade(BeastRequest head, const HttpRequest& request) {
    const Result<void> in_time = count_attempt(request);
    if (!in_time) co_return in_time.error();
    const Result<void> sound = check_handshake(head);
    if (!sound) co_return sound.error();
    if (services_.state.draining) co_return Error(Errc::unavailable, "The server is stopping");
    const bool from_browser = head.count(http::field::origin) != 0;
    if (head.count(http::field::origin) > 1 || (from_browser && allow_origin(request.origin).empty())) {
        co_return Error(Errc::forbidden, "The origin is not allowed");
    }
    Result<wire::ConnectQuery> query = wire::parse_connect_query(request.query);
    if (!query) co_return query.error();
    if (query->topics.size() > config::unless_off(services_.config.limits.topics_per_connection)) {
        co_return Error(Errc::invalid_request, "Too many topics on this connection");
    }

    std::string offered;  // RFC 6455 §11.3.4: the header may come several times
    const auto headers = head.equal_range(http::field::sec_websocket_protocol);
    for (auto header = headers.first; header != headers.second; ++header) {
        offered.append(view(header->value())).append(",");
    }
    const Subprotocols subprotocols = read_subprotocols(offered);
    std::string_view token = bearer_token(request.authorization);
    if (token.empty()) token = subprotocols.token;
    if (token.empty() && query->token) token = *query->token;
    if (auto keys = services_.authorizer.keys_short_of(token)) co_await await_key(token, std::move(keys));
    yield_order_.leave(*this);
    auth::ConnectRequest connect{
        .token = token, .user_id = {}, .topics = std::move(query->topics), .partial = query->partial};
    if (query->user) connect.user_id = query->user->get();
    std::optional<auth::AuthResult<auth::ConnectGrant>> judged;
    if (auth::is_connection_token(connect.token)) {
        judged = co_await find_ticket(connect, services_);
    } else {
        judged = services_.authorizer.connect(connect);
    }
    auth::AuthResult<auth::ConnectGrant>& grant = *judged;
    if (!grant) co_return auth_error(grant.error(), request);
    const Result<void> unblocked = services_.permissions.may_connect(grant->identity.user);
    if (!unblocked) co_return unblocked.error();
    // What is left out is not resumed either.
    std::erase_if(query->resume.topics, [&](const ResumeTopic& resumed) {
        return std::ranges::find(grant->refused, resumed.topic) != grant->refused.end();
    });
    const Result<void> resumable = wire::check_resume(query->resume.topics, grant->topics);
    if (!resumable) co_return resumable.error();
    Result<connection::Admission> admission = admit(grant->identity.user);
    if (!admission) co_return admission.error();
    if (!place_.become_websocket()) {
        co_return Error(Errc::unavailable, "The server has no room for more WebSocket connections: try again later");
    }
    // Last of all: a connection token is used up only by what is answered 101. That may wait for the disk, as the
    // answer to any request may, and then it is not to be too late for the answer.
    if (grant->ticket) {
        phase_ = Phase::answering;
        expire_in(limits::keep_alive_timeout);
        const auth::AuthResult<void> used = co_await use_ticket(*grant->ticket, services_);
        if (!used) {
            place_.become_http();
            co_return auth_error(used.error(), request);
        }
    }
    standing_ = YieldOrder::Standing::known;
    close_oldest(*admission);
    auto upgrade = std::make_unique<Upgrade>(std::move(head), std::move(*grant), std::move(*admission));
    upgrade->hello = subprotocols.notifyd_v1 ? wire::Hello::on : query->hello;
    upgrade->resume = std::move(query->resume);
    upgrade->partial = query->partial;
    upgrade->subprotocol = subprotocols.notifyd_v1;
    upgrade->correlation_id = request.correlation_id;
    upgrade->peer = {request.peer_address, printable(request.user_agent)};
    co_return upgrade;
}

}  // namespace notifyd::gateway
