// Notifications as they are shown, listed and announced.
#include "notifyd/wire/notifications.hpp"

#include "envelope_payload.hpp"
#include "invalid.hpp"
#include "object_writer.hpp"
#include "query_reader.hpp"

#include <array>
#include <ranges>
#include <utility>

namespace notifyd::wire {

namespace {

void write_notification(ObjectWriter& object, const Notification& notification) {
    object.text("id", notification.id.to_string()).text("userId", notification.user.get());
    // Ready-made, so that what the sender has written is not parsed again.
    object.members(notification.content).number("readAt", notification.read_at);
}

std::vector<std::string> texts_of(std::span<const Uuid> ids) {
    std::vector<std::string> texts;
    for (const Uuid& id : ids) texts.push_back(id.to_string());
    return texts;
}

// `{"id":…,"type":…,"timestamp":…,"payload":…}`
template <class Payload, class Write>
std::string envelope(const Uuid& id, std::string_view type, EpochMs now, const Payload& payload, Write write) {
    JsonReply text;
    text.text("id", id.to_string()).text("type", type).number("timestamp", now).object("payload", payload, write);
    return text.take();
}

}  // namespace

std::string notifications_posted_reply(const PostedReply& posted) {
    JsonReply reply;
    reply.texts("ids", texts_of(posted.ids));
    reply.texts("suppressed", posted.suppressed | std::views::transform([](const UserId& user) -> const std::string& {
                                  return user.get();
                              }));
    if (posted.duplicate) reply.flag("duplicate", true);
    return reply.take();
}

Result<NotificationsQuery> parse_notifications_query(const QueryParameters& parameters) {
    const QueryReader query(parameters);
    const auto names = query.check_names({"limit", "startKey", "unread", "type"});
    if (names.has_error()) return names.error();
    const auto limit = query.limit();
    if (limit.has_error()) return limit.error();
    auto start_key = query.single_or_empty("startKey");
    if (start_key.has_error()) return start_key.error();
    const auto unread = query.flag("unread");
    if (unread.has_error()) return unread.error();
    auto type = query.single_or_empty("type");
    if (type.has_error()) return type.error();
    return NotificationsQuery{*limit, *std::move(start_key), *unread, *std::move(type)};
}

std::string notifications_page(const NotificationPage& page, const std::optional<std::string>& next_key) {
    JsonReply reply;
    reply.objects("notifications", page.notifications, write_notification).number("unreadCount", page.unread);
    reply.number("count", page.notifications.size()).text("nextStartKey", next_key);
    return reply.take();
}

std::string unread_count_reply(std::uint64_t unread) {
    JsonReply reply;
    reply.number("unreadCount", unread);
    return reply.take();
}

std::string notifications_read_reply(std::uint64_t unread) {
    JsonReply reply;
    reply.text("message", "Marked as read").number("unreadCount", unread);
    return reply.take();
}

Result<Uuid> parse_notification_ack(std::string_view payload) {
    json::Value id;
    const std::array<KnownMember, 1> known{{{"notificationId", &id}}};
    if (auto error = read_payload(payload, known)) return *std::move(error);
    const std::optional<std::string> text = id.as_string();
    const std::optional<Uuid> notification = text ? Uuid::parse(*text) : std::nullopt;
    if (!notification) return invalid("notificationId must be a UUID");
    return *notification;
}

std::string notification_envelope(const Notification& notification, EpochMs now, std::uint64_t unread) {
    return envelope(
        notification.id, "notification", now, notification, [unread](ObjectWriter& payload, const Notification& shown) {
            write_notification(payload, shown);
            payload.number("unreadCount", unread);
        });
}

std::string notification_read_envelope(const Uuid& envelope_id,
                                       std::span<const Uuid> ids,
                                       EpochMs read_at,
                                       std::uint64_t unread) {
    return envelope(
        envelope_id, "notification:read", read_at, ids, [=](ObjectWriter& payload, std::span<const Uuid> read) {
            if (read.empty()) {
                payload.text("ids", "all");
            } else {
                payload.texts("ids", texts_of(read));
            }
            payload.number("readAt", read_at).number("unreadCount", unread);
        });
}

std::string notification_deleted_envelope(const Uuid& envelope_id, const Uuid& id, EpochMs now, std::uint64_t unread) {
    return envelope(envelope_id, "notification:deleted", now, id, [unread](ObjectWriter& payload, const Uuid& deleted) {
        payload.texts("ids", texts_of({&deleted, 1})).number("unreadCount", unread);
    });
}

}  // namespace notifyd::wire
