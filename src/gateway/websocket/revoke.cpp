// Takes the topics first, so that nothing of them follows the frame.
#include "websocket/revoke.hpp"

#include "notifyd/wire/server_frames.hpp"

#include <optional>

namespace notifyd::gateway {

void revoke(const LoopConnections& services, connection::Connection& connection, std::span<const TopicName> topics) {
    services.connections.revoke(connection, topics);
    tell_revoked(services, connection, topics);
}

void tell_revoked(const LoopConnections& services,
                  connection::Connection& connection,
                  std::span<const TopicName> topics) {
    const wire::RawJson id = wire::envelope_id(std::nullopt, services.ids);
    connection.sink().answer(wire::revoked(id, services.clock.now_ms(), topics));
}

}  // namespace notifyd::gateway
