#include "notifyd/gateway/frames/ping.hpp"

#include "notifyd/wire/server_frames.hpp"

namespace notifyd::gateway {

std::span<const EnvelopeRoute<PingFrames>> PingFrames::routes() {
    static constexpr EnvelopeRoute<PingFrames> table[] = {{"ping", &PingFrames::ping}};
    return table;
}

void PingFrames::ping(const EnvelopeCall& call) {
    const EpochMs now = services_.clock.now_ms();
    services_.connections.pinged(call.connection, now);
    call.connection.sink().answer(wire::pong(wire::envelope_id(call.id, services_.ids), now));
}

}  // namespace notifyd::gateway
