// Emits one event per answer, and another if it is a refusal.
#include "http/request_log.hpp"

#include "notifyd/observability/events/http.hpp"

#include "http/refusal_events.hpp"

namespace notifyd::gateway {

namespace {

const Error* error_of(const HttpReply& reply) {
    return reply.refusal ? &*reply.refusal : nullptr;
}

}  // namespace

void log_refusal(observability::Events& events,
                 const HttpReply& reply,
                 const HttpRequest& request,
                 std::string_view route,
                 std::string_view user) {
    events.emit(request_refused(request, route, reply.status, error_of(reply), user));
}

void log_answer(observability::Events& events,
                const HttpReply& reply,
                const Exchange& exchange,
                std::string_view path,
                double latency_ms) {
    const HttpRequest& request = exchange.request;
    // A refused token may also identify the user.
    const std::string_view user = exchange.user().empty() ? reply.refused_user : exchange.user();
    const std::string_view route = exchange.route() == nullptr ? path : exchange.route()->path;
    if (reply.status >= 500) {
        auto event = request_event<observability::RequestFailed>(request, route, reply.status, error_of(reply), user);
        event.latency_ms = latency_ms;
        events.emit(event);
        return;
    }
    events.emit(observability::RequestServed{.correlation_id = request.correlation_id,
                                             .method = request.method,
                                             .route = route,
                                             .status = reply.status,
                                             .latency_ms = latency_ms,
                                             .user = exchange.identity() ? &exchange.identity()->user : nullptr});
    if (reply.status >= 400) log_refusal(events, reply, request, route, user);
}

}  // namespace notifyd::gateway
