#include "notifyd/wire/notifications.hpp"

#include "envelope_payload.hpp"
#include "invalid.hpp"

#include <array>
#include <optional>
#include <string>

namespace notifyd::wire {

Result<Uuid> parse_notification_ack(std::string_view payload) {
    json::Value id;
    const std::array<KnownMember, 1> known{{{"notificationId", &id}}};
    if (auto error = read_payload(payload, known)) return *std::move(error);
    const std::optional<std::string> text = id.as_string();
    const std::optional<Uuid> notification = text ? Uuid::parse(*text) : std::nullopt;
    if (!notification) return invalid("notificationId must be a UUID");
    return *notification;
}

}  // namespace notifyd::wire
