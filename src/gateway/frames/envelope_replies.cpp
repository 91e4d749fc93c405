// What the handlers of all envelopes have in common.
#include "notifyd/gateway/envelope_route.hpp"
#include "notifyd/observability/events/connections.hpp"
#include "notifyd/wire/server_frames.hpp"

#include <chrono>

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

}  // namespace notifyd::gateway
