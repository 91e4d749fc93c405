// Who gets a 101: everything that can be wrong with a WebSocket handshake is answered as HTTP (SPEC §5.1).
#include "notifyd/core/http_status.hpp"
#include "notifyd/core/limits.hpp"

#include "bearer.hpp"
#include "session.hpp"
#include "ticket_connect.hpp"

namespace notifyd::gateway {

namespace beast = boost::beast;
namespace http = beast::http;

namespace {

std::string_view view(beast::string_view text) {
    return {text.data(), text.size()};
}

}  // namespace

bool Session::is_upgrade_path(std::string_view path) const {
    return path == "/" || path == "/ws";
}

HttpReply Session::refused_upgrade(const Error& error, const HttpRequest& request) {
    services_.events.emit(observability::ConnectionRefused{
        http_status(error.code), to_string(error.code), peer_address_, request.correlation_id});
    HttpReply reply = error_reply(error, request.correlation_id);
    if (error.code == Errc::upgrade_required) {
        reply.headers.emplace_back("Sec-WebSocket-Version", "13");
        reply.headers.emplace_back("Upgrade", "websocket");
    }
    return reply;
}

Error Session::auth_error(const auth::Refusal& refusal, const HttpRequest& request) {
    services_.events.emit(
        observability::AuthFailed{auth::to_string(refusal.reason), peer_address_, request.correlation_id});
    return refusal.error;
}

Awaitable<Result<std::unique_ptr<Upgrade>>> Session::admit_upgrade(BeastRequest head, const HttpRequest& request) {
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
    co_await await_key(token);
    auth::ConnectRequest connect{.token = token, .user_id = {}, .topics = std::move(query->topics)};
    if (query->user) connect.user_id = query->user->get();
    auth::AuthResult<auth::ConnectGrant> grant = co_await authorize(connect, services_);
    if (!grant) co_return auth_error(grant.error(), request);
    const Result<void> resumable = wire::check_resume(query->resume.topics, grant->topics);
    if (!resumable) co_return resumable.error();
    Result<connection::Admission> admission = services_.connection_limits.admit(grant->identity.user);
    if (!admission) co_return admission.error();
    // Last of all: a connection token is used up only by what is answered 101. That may wait for the disk, as the
    // answer to any request may, and then it is not to be too late for the answer.
    if (grant->ticket) {
        phase_ = Phase::answering;
        expire_in(limits::keep_alive_timeout);
    }
    const auth::AuthResult<void> used = co_await use_ticket(*grant, services_);
    if (!used) co_return auth_error(used.error(), request);
    auto upgrade = std::make_unique<Upgrade>(std::move(head), std::move(*grant), std::move(*admission));
    upgrade->hello = subprotocols.notifyd_v1 ? wire::Hello::on : query->hello;
    upgrade->resume = std::move(query->resume);
    upgrade->subprotocol = subprotocols.notifyd_v1;
    upgrade->correlation_id = request.correlation_id;
    upgrade->user_agent = request.user_agent;
    co_return upgrade;
}

}  // namespace notifyd::gateway
