// What the handlers of all envelopes have in common.
#include "notifyd/gateway/envelope_route.hpp"
#include "notifyd/observability/events/connections.hpp"
#include "notifyd/wire/server_frames.hpp"

#include <chrono>
#include <string>
#include <utility>

namespace notifyd::gateway {

void refuse_envelope(const LoopContext& services,
                     connection::Connection& connection,
                     const std::optional<wire::RawJson>& id,
                     const Error& error) {
    services.events.emit(observability::FrameRefused{.connection = connection.id(),
                                                     .user = connection.identity().user,
                                                     .reason = reason_of(error),
                                                     .what = error.message,
                                                     .topic = error.topic,
                                                     .address = connection.peer.address});
    connection.sink().answer(wire::envelope_error(wire::envelope_id(id, services.ids), services.clock.now_ms(), error));
}

bool take_subscribe(const LoopContext& services, const EnvelopeCall& call) {
    const std::size_t most = services.config.limits.subscribes_per_minute;
    const Milliseconds wait = call.subscribes.take(services.clock.steady_now(), std::chrono::minutes(1), most);
    if (wait == Milliseconds::zero()) return true;
    const Error error = rate_limited("Too many subscribe and unsubscribe messages: wait retryAfterMs milliseconds",
                                     wait,
                                     "limits.subscribes_per_minute");
    refuse_envelope(services, call.connection, call.id, error);
    return false;
}

Result<void> check_receivable(const LoopConnections& services,
                              const connection::Connection& connection,
                              std::span<const TopicName> topics) {
    std::string refused;
    std::string first_refused;
    std::string_view cause;
    for (const TopicName& topic : topics) {
        const Result<void> receivable = services.permissions.may_receive(connection.identity(), topic);
        if (receivable) continue;
        if (refused.empty()) {
            first_refused = topic.text();
            cause = receivable.error().cause;
        }
        refused.append(refused.empty() ? "" : ", ").append(topic.text());
    }
    if (refused.empty()) return {};
    Error error(Errc::forbidden, "No permission for " + refused);
    error.topic = std::move(first_refused);
    error.cause = cause;
    return error;
}

}  // namespace notifyd::gateway
