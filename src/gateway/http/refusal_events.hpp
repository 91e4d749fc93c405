// Builds the events of refusals; they hold views of their inputs.
#pragma once

#include "notifyd/auth/auth_result.hpp"
#include "notifyd/core/error.hpp"
#include "notifyd/observability/events.hpp"
#include "notifyd/observability/events/auth.hpp"
#include "notifyd/observability/events/http.hpp"

#include "http/http_request.hpp"

#include <string_view>

namespace notifyd::gateway {

[[nodiscard]] inline observability::AuthFailed auth_failed(const auth::Refusal& refusal,
                                                           std::string_view address,
                                                           std::string_view correlation_id) {
    return {.reason = auth::reason_of(refusal),
            .address = address,
            .correlation_id = correlation_id,
            .user = refusal.user,
            .topic = refusal.error.topic,
            .key = refusal.key};
}

// RequestRefused or RequestFailed, with the fields that they share. `error`: the error in the reply; nullptr: none.
template <class Event>
[[nodiscard]] Event request_event(
    const HttpRequest& request, std::string_view route, int status, const Error* error, std::string_view user) {
    Event event{.correlation_id = request.correlation_id,
                .method = request.method,
                .route = route,
                .status = status,
                .address = request.peer_address,
                .user = user};
    if (error != nullptr) {
        event.reason = reason_of(*error);
        event.what = error->message;
    }
    return event;
}

[[nodiscard]] inline observability::RequestRefused request_refused(
    const HttpRequest& request, std::string_view route, int status, const Error* error, std::string_view user) {
    auto event = request_event<observability::RequestRefused>(request, route, status, error, user);
    if (error != nullptr) event.topic = error->topic;
    if (event.reason == "origin") event.origin = request.origin;
    return event;
}

}  // namespace notifyd::gateway
