#include "notifyd/gateway/frames/read_positions.hpp"

#include "notifyd/wire/read_positions.hpp"

#include <utility>

namespace notifyd::gateway {

std::span<const EnvelopeRoute<ReadPositionFrames>> ReadPositionFrames::routes() {
    static constexpr EnvelopeRoute<ReadPositionFrames> table[] = {{"read", &ReadPositionFrames::read}};
    return table;
}

void ReadPositionFrames::read(const EnvelopeCall& call) {
    const Result<void> usable = positions_.available();
    if (!usable) return refuse_envelope(services_, call.connection, call.id, usable.error());
    Result<wire::ReadFrame> frame = wire::parse_read(call.payload);
    if (!frame) return refuse_envelope(services_, call.connection, call.id, frame.error());
    // The connection may be gone by then.
    auto refused = [&services = services_, connection_id = call.connection.id(), id = call.id](const Error& error) {
        connection::Connection* const connection = services.registry.find(connection_id);
        if (connection != nullptr) refuse_envelope(services, *connection, id, error);
    };
    positions_.read(call.connection.identity(), std::move(frame->topic), frame->sequence, std::move(refused));
}

}  // namespace notifyd::gateway
