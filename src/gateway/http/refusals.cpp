// Refuses requests before an endpoint sees them, and logs every refusal.
#include "notifyd/core/http_status.hpp"
#include "notifyd/gateway/route.hpp"
#include "notifyd/observability/events/http.hpp"

#include "http/refusal_events.hpp"
#include "session.hpp"

#include <chrono>
#include <utility>

namespace notifyd::gateway {

namespace {

const Error* error_of(const HttpReply& reply) {
    return reply.refusal ? &*reply.refusal : nullptr;
}

double milliseconds_since(SteadyTime start, SteadyTime now) {
    return std::chrono::duration<double, std::milli>(now - start).count();
}

}  // namespace

void Session::refuse(HttpReply reply, const HttpRequest& request, const Route* route) {
    // What the peer still sends cannot be distinguished from a new request, so the connection ends with the answer.
    send_reply(reply, request, KeepAlive::no);
    log_refusal(reply, request, route == nullptr ? std::string_view() : route->path, reply.refused_user);
}

void Session::refuse(const Error& error, const HttpRequest& request, const Route* route, const Caller& caller) {
    HttpReply reply = error_reply(error, request.correlation_id);
    reply.refused_user = user_of(caller);
    refuse(std::move(reply), request, route);
}

void Session::refuse(const Error& error, const RequestReader& reader) {
    HttpRequest request;
    request.correlation_id = correlation_id_of(reader.fields());
    request.origin = reader.fields().origin.value;
    const auto method = reader.request().method_string();
    request.method.assign(method.data(), method.size());
    request.peer_address = client_address_of(reader.fields());
    refuse(error, request);
}

void Session::refuse_plain_http() {
    HttpRequest request;
    request.correlation_id = correlation_id_of({});
    request.peer_address = peer_address_;
    const Error error(Errc::invalid_request, "This port speaks TLS: use https:// or wss://");
    refuse(caused_by("plain_http", error), request);
}

Error Session::timeout_error(std::string_view what) const {
    if (services_.state.draining) return {Errc::unavailable, "The server is stopping"};
    return {Errc::request_timeout, std::string(what)};
}

void Session::log_refusal(const HttpReply& reply,
                          const HttpRequest& request,
                          std::string_view route,
                          std::string_view user) {
    services_.events.emit(request_refused(request, route, reply.status, error_of(reply), user));
}

void Session::log_answer(
    const HttpReply& reply, const HttpRequest& request, const Route* route, const Caller& caller, SteadyTime start) {
    const double latency_ms = milliseconds_since(start, services_.clock.steady_now());
    // A refused token may also identify the user.
    const std::string_view known = user_of(caller);
    const std::string_view user = known.empty() ? reply.refused_user : known;
    std::string_view path = is_upgrade_path(request.path) ? "/ws" : "unknown";
    if (route != nullptr) path = route->path;
    if (reply.status >= 500) {
        auto event = request_event<observability::RequestFailed>(request, path, reply.status, error_of(reply), user);
        event.latency_ms = latency_ms;
        services_.events.emit(event);
        return;
    }
    services_.events.emit(observability::RequestServed{.correlation_id = request.correlation_id,
                                                       .method = request.method,
                                                       .route = path,
                                                       .status = reply.status,
                                                       .latency_ms = latency_ms});
    if (reply.status < 400) return;
    log_refusal(reply, request, path, user);
}

}  // namespace notifyd::gateway
