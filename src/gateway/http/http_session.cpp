// Reads a request, answers it, and begins again. A coroutine of its own costs memory and time per request, so only what
// suspends is one.
#include "http/http_session.hpp"

#include "notifyd/core/limits.hpp"
#include "notifyd/observability/events/http.hpp"
#include "notifyd/observability/events/server.hpp"

#include "accept/client_address.hpp"
#include "http/cors.hpp"
#include "http/origins.hpp"
#include "http/request_head.hpp"
#include "http/request_ids.hpp"
#include "http/request_log.hpp"
#include "http/router.hpp"

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
bool needs_token_first(const Exchange& exchange) {
    const Route* route = exchange.route();
    return route != nullptr && route->access != Access::open &&
           exchange.reader.body_bytes_at_most() > limits::free_body_bytes;
}

double milliseconds_between(SteadyTime start, SteadyTime end) {
    return std::chrono::duration<double, std::milli>(end - start).count();
}

}  // namespace

Awaitable<std::unique_ptr<Upgrade>> HttpSession::serve() {
    std::size_t answered = 0;
    for (;;) {
        answering_ = false;
        const bool arrived = co_await receiver_.await_request();
        if (!arrived) co_return nullptr;
        Exchange exchange;
        const Result<Received> head = co_await receiver_.read_head(exchange.reader);
        if (!take_head(head, exchange)) co_return nullptr;
        if (is_upgrade(exchange)) {
            std::unique_ptr<Upgrade> upgrade;
            const bool goes_on = co_await admit_upgrade(exchange, upgrade);
            if (upgrade || !goes_on) co_return upgrade;
            continue;
        }
        exchange.match = router_.match(exchange.request.method, exchange.request.path);
        if (needs_token_first(exchange)) {
            const bool identified = co_await identify_early(exchange);
            if (!identified) co_return nullptr;
        }
        if (!check_encoding(exchange)) co_return nullptr;
        if (client_.is_known()) client_.keep();
        const std::size_t body_max = readable_body_bytes_max(services_.config.limits, exchange.route());
        const Result<Received> body = co_await receiver_.read_body(exchange.reader, body_max, exchange.paid);
        if (!take_body(body, exchange)) co_return nullptr;
        const bool goes_on = co_await answer(exchange);
        if (!goes_on) co_return nullptr;
        if (++answered % limits::requests_per_run == 0) {
            co_await asio::post(services_.loop.executor(), asio::use_awaitable_t<runtime::Executor>());
        }
    }
}

void HttpSession::time_out(SteadyTime now) {
    if (!receiver_.is_idle() && !answering_ && !stream().is_closing()) {
        // The reading coroutine sends the answer, and has little time for it.
        client_.interrupt(now);
    } else {
        stream().abort();
    }
}

Drained HttpSession::drain() {
    if (receiver_.is_idle()) {
        stream().abort();
        return Drained::now;
    }
    // A request that is partly received gets a moment to arrive; one that is being answered gets the time it needs.
    if (!answering_) client_.expire_in(limits::drain_receive_timeout);
    return Drained::already;
}

// --- reading ---

bool HttpSession::take_head(const Result<Received>& received, Exchange& exchange) {
    if (received && *received == Received::gone) return false;
    take_origin(exchange);
    Result<void> read = received ? Result<void>() : received.error();
    if (read) read = read_request_head(exchange.reader, services_.config.server.base_path, exchange.request);
    if (!read) refuse(read.error(), exchange);
    return read.has_value();
}

void HttpSession::take_origin(Exchange& exchange) {
    const HeadFields& fields = exchange.reader.fields();
    HttpRequest& request = exchange.request;
    const RequestIdHeaders ids{fields.request_id.value, fields.correlation_id.value, fields.traceparent.value};
    request.correlation_id = choose_correlation_id(ids, services_.ids);
    const auto method = exchange.reader.request().method_string();
    request.method.assign(method.data(), method.size());
    request.origin = fields.origin.value;
    const std::string& peer = client_.peer_address();
    const std::vector<config::Network>& trusted = services_.config.server.trusted_proxies;
    // The event itself is limited by address; one check per connection is enough.
    if (!fields.forwarded_for.empty() && !is_trusted(peer, trusted) && !std::exchange(forwarded_seen_, true)) {
        services_.events.emit(observability::ForwardedForIgnored{peer, limit_key(peer)});
    }
    request.peer_address = client_address(peer, fields.forwarded_for, trusted);
}

Awaitable<bool> HttpSession::identify_early(Exchange& exchange) {
    if (!access_.identify(exchange)) co_await access_.identify_again(exchange);
    if (!*exchange.caller) {
        refuse(access_.refused_token(exchange), exchange);
        co_return false;
    }
    exchange.paid.emplace(body_memory_, (*exchange.caller)->user);
    co_return true;
}

bool HttpSession::check_encoding(const Exchange& exchange) {
    const HeadField& encoding = exchange.reader.fields().content_encoding;
    const Route* route = exchange.route();
    const bool reads_it = route != nullptr && route->body != BodyKind::unread && exchange.reader.has_body();
    const bool is_plain = encoding.value.empty() || beast::iequals(encoding.value, "identity");
    if (!reads_it || (is_plain && encoding.times <= 1)) return true;
    const Error error(Errc::unsupported_media_type,
                      "Content-Encoding is not supported: send the body as it is, uncompressed");
    HttpReply reply = error_reply(error, exchange.request.correlation_id);
    reply.headers.emplace_back("Accept-Encoding", "identity");
    reply.refused_user = exchange.user();
    refuse(reply, exchange);
    return false;
}

bool HttpSession::take_body(const Result<Received>& received, Exchange& exchange) {
    if (!received) refuse(received.error(), exchange);
    if (!received || *received == Received::gone) return false;
    // The answer may wait for the disk; only writing it and the next request have deadlines.
    client_.expire_in(limits::keep_alive_timeout);
    exchange.request.body = exchange.reader.take_body_text();
    return true;
}

// --- answering ---

bool HttpSession::is_upgrade(const Exchange& exchange) const {
    return is_upgrade_path(exchange.request.path) &&
           http::token_list(exchange.reader.fields().upgrade.value).exists("websocket");
}

Awaitable<bool> HttpSession::admit_upgrade(Exchange& exchange, std::unique_ptr<Upgrade>& upgrade) {
    const bool early_bytes = receiver_.has_bytes();
    if (early_bytes || exchange.reader.has_body()) {
        refuse(Error(Errc::invalid_request, "An upgrade request must have no body and no further data"), exchange);
        co_return false;
    }
    const KeepAlive keep_alive = keep_alive_of(exchange.reader);
    answering_ = true;
    client_.expire_in(limits::keep_alive_timeout);
    ClientResult<std::unique_ptr<Upgrade>> admitted =
        co_await upgrades_.admit(exchange.reader.release(), exchange.request, Purpose::upgrade);
    if (admitted) {
        upgrade = std::move(*admitted);
        co_return true;
    }
    client_.stand_by();
    send_reply(upgrades_.refuse(admitted.error(), exchange.request), exchange.request, keep_alive);
    const bool goes_on = co_await settle(keep_alive);
    co_return goes_on;
}

Awaitable<bool> HttpSession::answer(Exchange& exchange) {
    const KeepAlive keep_alive = keep_alive_of(exchange.reader);
    const SteadyTime start = services_.clock.steady_now();
    answering_ = true;
    HttpReply reply;
    if (exchange.route() != nullptr) {
        exchange.request.path_parameter = std::move(exchange.match.parameter);
        reply = co_await call(exchange);
    } else if (is_connect(exchange)) {
        reply = co_await upgrades_.explain(exchange.reader.request(), exchange.request);
    } else {
        reply = routeless_reply(exchange);
    }
    send_reply(reply, exchange.request, keep_alive);
    const std::string_view path = is_upgrade_path(exchange.request.path) ? "/ws" : "unknown";
    log_answer(services_.events, reply, exchange, path, milliseconds_between(start, services_.clock.steady_now()));
    client_.stand_by();
    // A peer that reads the reply slowly must not keep the memory of its request.
    std::string().swap(exchange.request.body);
    exchange.paid.reset();
    const bool goes_on = co_await settle(keep_alive);
    co_return goes_on;
}

bool HttpSession::is_connect(const Exchange& exchange) const {
    return exchange.match.allow.empty() && exchange.request.method != "OPTIONS" &&
           is_upgrade_path(exchange.request.path);
}

HttpReply HttpSession::routeless_reply(const Exchange& exchange) const {
    const HttpRequest& request = exchange.request;
    const std::string& allow = exchange.match.allow;
    if (request.method == "OPTIONS") {
        const std::string verbs = allow.empty() && is_upgrade_path(request.path) ? upgrade_verbs : allow;
        return preflight_reply(request, verbs, allowed_origin(services_.config.server.allowed_origins, request.origin));
    }
    if (allow.empty()) return error_reply(Error(Errc::not_found, "There is no such path"), request.correlation_id);
    const Error error(Errc::method_not_allowed, "Method not allowed for this path");
    HttpReply reply = error_reply(error, request.correlation_id);
    reply.headers.emplace_back("Allow", allow);
    return reply;
}

Awaitable<HttpReply> HttpSession::call(Exchange& exchange) {
    static const Identity nobody{};
    const Route& route = *exchange.route();
    const HttpRequest& request = exchange.request;
    try {
        if (route.access != Access::open) {
            if (!exchange.caller && !access_.identify(exchange)) co_await access_.identify_again(exchange);
            if (!*exchange.caller) co_return access_.refused_token(exchange);
            const Result<void> allowed = access_.check(route, **exchange.caller);
            if (!allowed) co_return error_reply(allowed.error(), request.correlation_id);
        }
        client_.keep();
        const Call call{request, exchange.caller ? **exchange.caller : nobody};
        Result<HttpReply> reply = co_await router_.answer(route, call);
        if (reply) co_return std::move(*reply);
        co_return error_reply(reply.error(), request.correlation_id);
    } catch (const std::exception& error) {
        services_.events.emit(observability::ExceptionCaught{route.path, error.what()});
    }
    co_return error_reply(Error(Errc::internal, "Something went wrong on the server"), request.correlation_id);
}

void HttpSession::send_reply(const HttpReply& reply, const HttpRequest& request, KeepAlive keep_alive) {
    ReplyContext context;
    context.correlation_id = request.correlation_id;
    context.allow_origin = allowed_origin(services_.config.server.allowed_origins, request.origin);
    context.now = services_.clock.now_ms();
    context.keep_alive = keep_alive;
    context.body = request.method == "HEAD" ? BodyMode::left_out : BodyMode::sent;
    stream().send_reply(encode_reply(reply, context));
}

void HttpSession::refuse(const Error& error, const Exchange& exchange) {
    HttpReply reply = error_reply(error, exchange.request.correlation_id);
    reply.refused_user = exchange.user();
    refuse(reply, exchange);
}

void HttpSession::refuse(const HttpReply& reply, const Exchange& exchange) {
    // What the peer still sends cannot be distinguished from a new request, so the connection ends with the answer.
    send_reply(reply, exchange.request, KeepAlive::no);
    const std::string_view route = exchange.route() == nullptr ? std::string_view() : exchange.route()->path;
    log_refusal(services_.events, reply, exchange.request, route, reply.refused_user);
}

void HttpSession::refuse_plain_http() {
    Exchange exchange;
    take_origin(exchange);
    const Error error(Errc::invalid_request, "This port speaks TLS: use https:// or wss://");
    refuse(caused_by("plain_http", error), exchange);
}

KeepAlive HttpSession::keep_alive_of(const RequestReader& reader) const {
    // Keep-alive is an explicit extension in HTTP/1.0: such a client gets one request per connection.
    const bool wanted = reader.request().version() >= 11 && reader.keep_alive();
    return wanted && !services_.state.draining ? KeepAlive::yes : KeepAlive::no;
}

Awaitable<bool> HttpSession::settle(KeepAlive keep_alive) {
    co_await stream().below(limits::control_mark_bytes);
    expire_idle();
    co_return keep_alive == KeepAlive::yes && !services_.state.draining && stream().is_open();
}

void HttpSession::expire_idle() {
    const Milliseconds configured = services_.config.limits.http_idle_timeout;
    if (client_.is_known()) {
        client_.expire_in(configured);
    } else {
        // Clients without a valid token have a limit even if it is off for others.
        const Milliseconds most = stranger_idle_timeout;
        client_.expire_in(configured == Milliseconds::zero() ? most : std::min(configured, most));
    }
}

}  // namespace notifyd::gateway
