#include "notifyd/notifications/announcements.hpp"

#include "notifyd/wire/notifications.hpp"

#include <span>
#include <string>
#include <utility>
#include <vector>

namespace notifyd::notifications {

namespace {

void deliver(
    const UserId& user, Audience audience, const Uuid& id, EpochMs at, std::string text, std::vector<Delivery>& out) {
    Result<TopicName> topic = own_topic(user);
    if (!topic) return;
    auto message = std::make_shared<Message>(Message{.id = MessageId(id),
                                                     .topic = *std::move(topic),
                                                     .lifetime = Lifetime::notice,
                                                     .form = Form::envelope,
                                                     .sender = user,
                                                     .group_id = {},
                                                     .published_at = at,
                                                     .skip = std::nullopt,
                                                     .audience = std::move(audience),
                                                     .head = std::move(text)});
    out.push_back({std::move(message), 0});
}

// An id for a second envelope of the same transaction: the storage thread has no source of ids.
Uuid other_id(Uuid id) {
    // The last bytes of a UUID are random, whatever its version.
    for (std::size_t i = 9; i < id.bytes.size(); ++i) id.bytes[i] ^= 0xFFU;
    return id;
}

// All of the user's connections.
Audience everywhere(const UserId& user) {
    return {.user = user};
}

}  // namespace

ports::AnnouncePosted announce_posted(std::shared_ptr<const NotificationRules> rules,
                                      const Clock& clock,
                                      const Clock& expiry) {
    return [rules = std::move(rules), &clock, &expiry](
               const ports::Posting& posting, const ports::Posted& posted, std::vector<Delivery>& out) {
        const Notification& notification = posting.notification;
        const UserId& user = notification.user;
        const EpochMs now = clock.now_ms();
        if (posted.replaced.has_value()) {
            const Uuid envelope_id = other_id(notification.id);
            std::string text = wire::notification_deleted_envelope(envelope_id, *posted.replaced, now, posted.unread);
            deliver(user, everywhere(user), envelope_id, now, std::move(text), out);
        }
        if (!rules->is_subscribed(posted.channels, notification.channel)) return;
        if (notification.expires_at.has_value() && *notification.expires_at <= expiry.now_ms()) return;
        Audience audience{user, notification.channel, rules->is_for_admins(notification.channel)};
        std::string text = wire::notification_envelope(notification, now, posted.unread);
        deliver(user, std::move(audience), notification.id, now, std::move(text), out);
    };
}

ports::AnnounceChange announce_read(const UserId& user,
                                    const Uuid& envelope_id,
                                    const std::optional<Uuid>& id,
                                    EpochMs at) {
    return [user, envelope_id, id, at](const ports::InboxChange& change, std::vector<Delivery>& out) {
        if (!change.changed || change.more) return;
        const std::span<const Uuid> ids = id.has_value() ? std::span(&*id, 1) : std::span<const Uuid>();
        std::string text = wire::notification_read_envelope(envelope_id, ids, at, change.unread);
        deliver(user, everywhere(user), envelope_id, at, std::move(text), out);
    };
}

ports::AnnounceChange announce_deleted(const UserId& user, const Uuid& envelope_id, const Uuid& id, EpochMs at) {
    return [user, envelope_id, id, at](const ports::InboxChange& change, std::vector<Delivery>& out) {
        if (!change.changed) return;
        std::string text = wire::notification_deleted_envelope(envelope_id, id, at, change.unread);
        deliver(user, everywhere(user), envelope_id, at, std::move(text), out);
    };
}

}  // namespace notifyd::notifications
