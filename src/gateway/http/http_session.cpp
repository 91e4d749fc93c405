// HTTP/1.1 on one connection: limits, timeouts, keep-alive, pipelining (one request is answered before the next is
// read), CORS, and calling the endpoints.
#include "notifyd/core/limits.hpp"
#include "notifyd/core/topic_name.hpp"
#include "notifyd/observability/events/http.hpp"
#include "notifyd/observability/events/server.hpp"

#include "accept/client_address.hpp"
#include "http/origins.hpp"
#include "http/request_ids.hpp"
#include "http/router.hpp"
#include "session.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

namespace notifyd::gateway {

namespace beast = boost::beast;
namespace http = beast::http;

namespace {

// How long a connection without a valid token may stay idle between requests.
constexpr std::chrono::seconds stranger_idle_timeout{10};
// A body with a few fields, such as POST /permissions or POST /ws/token.
constexpr std::size_t fields_bytes_max = 64 * 1024;
constexpr const char* upgrade_verbs = "GET, HEAD, OPTIONS";
constexpr std::string_view continue_reply = "HTTP/1.1 100 Continue\r\n\r\n";

std::string_view view(beast::string_view text) {
    return {text.data(), text.size()};
}

std::size_t body_bytes_max(const config::Limits& limits, const Route* route) {
    switch (route == nullptr ? BodyKind::unread : route->body) {
        case BodyKind::unread:
            break;
        case BodyKind::fields:
            return fields_bytes_max;
        case BodyKind::frame:
            return limits::posted_frame_bytes_max;
        case BodyKind::message:
            return config::unless_off(limits.max_message);
        case BodyKind::batch:
            return config::unless_off(limits.max_batch);
    }
    return limits::free_body_bytes;
}

// Capped by the memory budgets: a larger body could never be paid for, however long its client waits.
std::size_t readable_body_bytes_max(const config::Limits& limits, const Route* route) {
    return std::min({body_bytes_max(limits, route),
                     config::unless_off(limits.body_memory),
                     config::unless_off(limits.body_memory_per_user)});
}

// The token is verified before a large body is buffered, so that anonymous clients cannot consume memory.
bool needs_token_first(const RequestReader& reader, const Route* route) {
    return route != nullptr && route->access != Access::open && reader.body_bytes_at_most() > limits::free_body_bytes;
}

bool expects_continue(const BeastRequest& head) {
    return head.version() >= 11 && beast::iequals(head[http::field::expect], "100-continue");
}

// Any header that a page wants to send: nothing is authenticated by what a browser adds on its own.
std::string_view allowed_headers(std::string_view requested) {
    constexpr std::size_t bytes_max = 2048;
    if (requested.size() <= bytes_max && is_token_list(requested)) return requested;
    return "Authorization, Content-Type, Idempotency-Key, X-Request-Id, X-Correlation-Id, traceparent";
}

}  // namespace

Awaitable<std::unique_ptr<Upgrade>> Session::serve_http() {
    // Room for one header and a good part of a body; a body grows in the parser, up to its limit.
    beast::flat_buffer buffer(8 * limits::header_bytes_max);
    std::size_t answered = 0;
    for (;;) {
        const bool arrived = co_await await_request(buffer);
        if (!arrived) co_return nullptr;
        RequestReader reader;
        const bool head_read = co_await read_head(buffer, reader);
        if (!head_read) co_return nullptr;
        Result<HttpRequest> request = read_request(reader);
        if (!request) {
            refuse(request.error(), reader);
            co_return nullptr;
        }
        if (is_upgrade_path(request->path) && http::token_list(reader.fields().upgrade.value).exists("websocket")) {
            const bool early_bytes = buffer.size() != 0;
            if (early_bytes || reader.has_body()) {
                refuse(Error(Errc::invalid_request, "An upgrade request must have no body and no further data"),
                       *request);
                co_return nullptr;
            }
            const KeepAlive keep_alive = keep_alive_of(reader);
            ConnectResult<std::unique_ptr<Upgrade>> upgrade =
                co_await admit_upgrade(reader.release(), *request, Purpose::upgrade);
            if (upgrade) co_return std::move(*upgrade);
            stand_by();
            send_reply(refused_upgrade(upgrade.error(), *request), *request, keep_alive);
            const bool goes_on = co_await settle(keep_alive);
            if (!goes_on) co_return nullptr;
            continue;
        }
        const RouteMatch match = router_.match(request->method, request->path);
        Caller caller;
        Paid paid;
        if (needs_token_first(reader, match.route)) {
            const bool identified = co_await identify_early(*request, *match.route, caller, paid);
            if (!identified) co_return nullptr;
        }
        if (!check_encoding(reader, *request, match.route, caller)) co_return nullptr;
        if (standing_ == YieldOrder::Standing::known) yield_order_.leave(*this);
        const bool body_read = co_await read_body(buffer, reader, *request, match.route, caller, paid);
        if (!body_read) co_return nullptr;
        request->body = reader.take_body_text();
        const KeepAlive keep_alive = keep_alive_of(reader);
        phase_ = Phase::answering;
        co_await answer(reader, *request, match, caller, keep_alive);
        stand_by();
        // A peer that reads the reply slowly must not keep the memory of its request.
        std::string().swap(request->body);
        paid.reset();
        const bool goes_on = co_await settle(keep_alive);
        if (!goes_on) co_return nullptr;
        if (++answered % limits::requests_per_run == 0) {
            co_await asio::post(services_.loop.executor(), asio::use_awaitable_t<runtime::Executor>());
        }
    }
}

KeepAlive Session::keep_alive_of(const RequestReader& reader) const {
    // Keep-alive is an explicit extension in HTTP/1.0: such a client gets one request per connection.
    const bool wanted = reader.request().version() >= 11 && reader.keep_alive();
    return wanted && !services_.state.draining ? KeepAlive::yes : KeepAlive::no;
}

Awaitable<bool> Session::settle(KeepAlive keep_alive) {
    co_await stream().below(limits::control_mark_bytes);
    expire_idle();
    co_return keep_alive == KeepAlive::yes && !services_.state.draining && stream().is_open();
}

void Session::expire_idle() {
    const Milliseconds configured = services_.config.limits.http_idle_timeout;
    if (standing_ == YieldOrder::Standing::known) {
        expire_in(configured);
    } else {
        // Clients without a valid token have a limit even if it is off for others.
        const Milliseconds most = stranger_idle_timeout;
        expire_in(configured == Milliseconds::zero() ? most : std::min(configured, most));
    }
}

Awaitable<bool> Session::await_request(beast::flat_buffer& buffer) {
    while (!skip_empty_lines(buffer)) {
        phase_ = Phase::idle;
        const bool received = co_await receive(buffer);
        phase_ = Phase::receiving;
        if (!received) co_return false;
    }
    // Also for a request that arrived together with the previous one.
    phase_ = Phase::receiving;
    expire_in(services_.config.connections.handshake_timeout);
    co_return true;
}

Awaitable<bool> Session::receive(beast::flat_buffer& buffer) {
    const auto [error, bytes] = co_await stream().async_read_some(buffer.prepare(limits::header_bytes_max), use_tuple);
    if (!error) buffer.commit(bytes);
    co_return !error;
}

// Uses Beast's parser, but not its read operations: a request that arrives whole needs no further turn of the loop.
Awaitable<bool> Session::read_head(beast::flat_buffer& buffer, RequestReader& reader) {
    for (;;) {
        const Result<RequestReader::Progress> progress = reader.take_head(buffer);
        if (!progress) refuse(progress.error(), reader);
        if (!progress) co_return false;
        if (*progress == RequestReader::Progress::complete) co_return true;
        const bool received = co_await receive(buffer);
        if (!received && timed_out_) refuse(timeout_error("The request did not arrive in time"), reader);
        if (!received) co_return false;
    }
}

bool Session::check_encoding(const RequestReader& reader,
                             const HttpRequest& request,
                             const Route* route,
                             const Caller& caller) {
    const HeadField& encoding = reader.fields().content_encoding;
    const bool reads_it = route != nullptr && route->body != BodyKind::unread && reader.has_body();
    const bool is_plain = encoding.value.empty() || beast::iequals(encoding.value, "identity");
    if (!reads_it || (is_plain && encoding.times <= 1)) return true;
    const Error error(Errc::unsupported_media_type,
                      "Content-Encoding is not supported: send the body as it is, uncompressed");
    HttpReply reply = error_reply(error, request.correlation_id);
    reply.headers.emplace_back("Accept-Encoding", "identity");
    reply.refused_user = user_of(caller);
    refuse(std::move(reply), request, route);
    return false;
}

Awaitable<bool> Session::read_body(beast::flat_buffer& buffer,
                                   RequestReader& reader,
                                   const HttpRequest& request,
                                   const Route* route,
                                   const Caller& caller,
                                   Paid& paid) {
    const std::size_t bytes_max = readable_body_bytes_max(services_.config.limits, route);
    BodyPace pace(services_.clock.steady_now());
    expire_at(pace.due());
    bool asked = false;
    for (;;) {
        const std::size_t room = reader.body_room_wanted(buffer, bytes_max);
        if (paid && room > limits::free_body_bytes) {
            const Result<void> afforded = paid->grow_to(room);
            if (!afforded) refuse(afforded.error(), request, route, caller);
            if (!afforded) co_return false;
        }
        reader.reserve_body(room);
        const Result<RequestReader::Progress> progress = reader.take_body(buffer, bytes_max);
        if (!progress) refuse(progress.error(), request, route, caller);
        if (!progress) co_return false;
        if (*progress == RequestReader::Progress::complete) break;
        if (!std::exchange(asked, true) && expects_continue(reader.request())) {
            stream().send_reply(make_frame(continue_reply));
        }
        const std::size_t before = buffer.size();
        const bool received = co_await receive(buffer);
        if (!received && timed_out_) {
            refuse(
                timeout_error("The body arrived too slowly: the minimum is 16 KiB per second"), request, route, caller);
        }
        if (!received) co_return false;
        pace.came(buffer.size() - before, services_.clock.steady_now());
        // The drain sets a deadline of its own.
        if (!services_.state.draining) expire_at(pace.due());
    }
    // The answer may wait for the disk; only writing it and the next request have deadlines.
    expire_in(limits::keep_alive_timeout);
    co_return true;
}

Result<HttpRequest> Session::read_request(const RequestReader& reader) {
    const BeastRequest& head = reader.request();
    const HeadFields& fields = reader.fields();
    HttpRequest request;
    request.correlation_id = correlation_id_of(fields);
    Result<Target> target = read_target(head);
    if (!target) return target.error();
    request.method = std::string(view(head.method_string()));
    request.path = std::move(target->path);
    request.query = std::move(target->query);
    const std::string& base = services_.config.server.base_path;
    if (!base.empty() && request.path != "*") {
        const bool inside =
            request.path.starts_with(base) && (request.path.size() == base.size() || request.path[base.size()] == '/');
        if (!inside) return Error{Errc::not_found, "There is no such path"};
        request.path.erase(0, base.size());
        if (request.path.empty()) request.path.push_back('/');
    }
    if (fields.authorization.times > 1) return Error{Errc::invalid_request, "Authorization is given more than once"};
    if (fields.idempotency_key.times > 1)
        return Error{Errc::invalid_request, "Idempotency-Key is given more than once"};
    if (!is_valid_utf8(fields.idempotency_key.value))
        return Error{Errc::invalid_request, "Idempotency-Key is not valid UTF-8"};
    request.authorization = fields.authorization.value;
    request.origin = fields.origin.value;
    request.user_agent = fields.user_agent.value;
    request.content_type = fields.content_type.value;
    if (fields.idempotency_key.times == 1) request.idempotency_key = fields.idempotency_key.value;
    if (head.method() == http::verb::options) {
        request.requested_headers = view(head[http::field::access_control_request_headers]);
    }
    request.peer_address = client_address_of(fields);
    return request;
}

std::string Session::client_address_of(const HeadFields& fields) {
    const std::vector<config::Network>& trusted = services_.config.server.trusted_proxies;
    // The event itself is limited by address; one check per connection is enough.
    if (!fields.forwarded_for.empty() && !is_trusted(peer_address_, trusted) && !std::exchange(forwarded_seen_, true)) {
        services_.events.emit(observability::ForwardedForIgnored{peer_address_, limit_key(peer_address_)});
    }
    return client_address(peer_address_, fields.forwarded_for, trusted);
}

std::string Session::correlation_id_of(const HeadFields& fields) {
    const RequestIdHeaders headers{fields.request_id.value, fields.correlation_id.value, fields.traceparent.value};
    return choose_correlation_id(headers, services_.ids);
}

std::string_view Session::allow_origin(std::string_view origin) const {
    return allowed_origin(services_.config.server.allowed_origins, origin);
}

HttpReply Session::preflight_reply(const HttpRequest& request, const RouteMatch& match) const {
    const std::string allow = match.allow.empty() && is_upgrade_path(request.path) ? upgrade_verbs : match.allow;
    if (allow.empty()) return error_reply(Error(Errc::not_found, "There is no such path"), request.correlation_id);
    HttpReply reply;
    reply.status = 204;
    reply.headers.emplace_back("Allow", allow);
    if (!allow_origin(request.origin).empty()) {
        reply.headers.emplace_back("Access-Control-Allow-Methods", allow);
        reply.headers.emplace_back("Access-Control-Allow-Headers", allowed_headers(request.requested_headers));
        reply.headers.emplace_back("Access-Control-Max-Age", "600");
        reply.vary = "Access-Control-Request-Headers";
    }
    return reply;
}

void Session::send_reply(const HttpReply& reply, const HttpRequest& request, KeepAlive keep_alive) {
    ReplyContext context;
    context.correlation_id = request.correlation_id;
    context.allow_origin = allow_origin(request.origin);
    context.now = services_.clock.now_ms();
    context.keep_alive = keep_alive;
    context.body = request.method == "HEAD" ? BodyMode::left_out : BodyMode::sent;
    stream().send_reply(encode_reply(reply, context));
}

Awaitable<HttpReply> Session::call(const Route& route, const HttpRequest& request, Caller& caller) {
    static const Identity nobody{};
    try {
        if (route.access != Access::open) {
            if (!caller) {
                identify(request, caller);
                if (!*caller) co_await identify_again(request, caller);
            }
            if (!*caller) co_return refused_token(caller->error(), request);
            const Result<void> allowed = check_access(route, **caller);
            if (!allowed) co_return error_reply(allowed.error(), request.correlation_id);
        }
        yield_order_.leave(*this);
        const Call call{request, caller ? **caller : nobody};
        Result<HttpReply> reply = co_await router_.answer(route, call);
        if (reply) co_return std::move(*reply);
        co_return error_reply(reply.error(), request.correlation_id);
    } catch (const std::exception& error) {
        services_.events.emit(observability::ExceptionCaught{route.path, error.what()});
    }
    co_return error_reply(Error(Errc::internal, "Something went wrong on the server"), request.correlation_id);
}

Awaitable<void> Session::answer(
    const RequestReader& reader, HttpRequest& request, const RouteMatch& match, Caller& caller, KeepAlive keep_alive) {
    const SteadyTime start = services_.clock.steady_now();
    HttpReply reply;
    if (request.method == "OPTIONS") {
        reply = preflight_reply(request, match);
    } else if (match.route != nullptr) {
        request.path_parameter = match.parameter;
        reply = co_await call(*match.route, request, caller);
    } else if (!match.allow.empty()) {
        reply =
            error_reply(Error(Errc::method_not_allowed, "Method not allowed for this path"), request.correlation_id);
        reply.headers.emplace_back("Allow", match.allow);
    } else if (is_upgrade_path(request.path)) {
        reply = co_await explain_connect(reader.request(), request);
    } else {
        reply = error_reply(Error(Errc::not_found, "There is no such path"), request.correlation_id);
    }
    send_reply(reply, request, keep_alive);
    log_answer(reply, request, match.route, caller, start);
}

}  // namespace notifyd::gateway
