#include "notifyd/gateway/frames/notifications.hpp"

#include "notifyd/wire/notifications.hpp"

namespace notifyd::gateway {

std::span<const EnvelopeRoute<NotificationFrames>> NotificationFrames::routes() {
    static constexpr EnvelopeRoute<NotificationFrames> table[] = {
        {"notification:ack", &NotificationFrames::acknowledge}};
    return table;
}

void NotificationFrames::acknowledge(const EnvelopeCall& call) {
    const Result<Uuid> id = wire::parse_notification_ack(call.payload);
    const Error error = id ? Error(Errc::not_found, "There is no such notification") : id.error();
    refuse_envelope(services_, call.connection, call.id, error);
}

}  // namespace notifyd::gateway
