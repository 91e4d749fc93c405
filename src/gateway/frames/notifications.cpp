#include "notifyd/gateway/frames/notifications.hpp"

#include "notifyd/wire/notifications.hpp"

#include <utility>

namespace notifyd::gateway {

std::span<const EnvelopeRoute<NotificationFrames>> NotificationFrames::routes() {
    static constexpr EnvelopeRoute<NotificationFrames> table[] = {
        {"notification:ack", &NotificationFrames::acknowledge, FrameRate::acknowledgements}};
    return table;
}

void NotificationFrames::acknowledge(const EnvelopeCall& call) {
    const Result<Uuid> id = wire::parse_notification_ack(call.payload);
    if (!id) return refuse_envelope(services_, call.connection, call.id, id.error());
    auto done = [&services = services_, connection_id = call.connection.id(), id = call.id](const Result<void>& found) {
        connection::Connection* const connection = services.registry.find(connection_id);
        if (connection == nullptr) return;
        --connection->unanswered;
        if (!found) refuse_envelope(services, *connection, id, found.error());
    };
    ++call.connection.unanswered;
    services_.inbox.acknowledge(call.connection.identity().user, *id, std::move(done));
}

}  // namespace notifyd::gateway
