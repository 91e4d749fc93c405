// The wire formats of notifications (docs/protocol.md#notifications).
// Fails:  invalid_request or invalid_json; the error names the field.
#pragma once

#include "notifyd/core/notification.hpp"
#include "notifyd/core/query_parameters.hpp"
#include "notifyd/core/result.hpp"
#include "notifyd/core/topic_name.hpp"
#include "notifyd/wire/json_limits.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace notifyd::wire {

// The body of POST /notifications: either users, without repetitions, or a topic. Whether type and channel are known is
// for the service to say.
struct NotificationBody {
    std::vector<UserId> users;
    std::optional<TopicName> topic;
    std::string type;
    // nullopt: the channel of the type.
    std::optional<std::string> channel;
    std::string collapse_key;  // empty: none
    std::optional<EpochMs> expires_at;
    bool mandatory = false;
    std::optional<std::string> idempotency_key;
    // JSON text: title, body, icon, actionUrl and data, as far as they were given.
    std::string fields;
};
[[nodiscard]] Result<NotificationBody> parse_notification_body(std::string_view body,
                                                               const JsonLimits& limits,
                                                               std::size_t recipients_max);
// Notification::content of a notification made from this body.
[[nodiscard]] std::string notification_content(const NotificationBody& body,
                                               std::string_view channel,
                                               EpochMs created_at);

struct PostedReply {
    std::span<const Uuid> ids;
    std::span<const UserId> suppressed;
    bool duplicate = false;
};
[[nodiscard]] std::string notifications_posted_reply(const PostedReply& posted);

struct NotificationsQuery {
    std::size_t limit = 0;
    std::optional<std::string> start_key;
    bool unread_only = false;
    std::optional<std::string> type;
};
[[nodiscard]] Result<NotificationsQuery> parse_notifications_query(const QueryParameters& parameters);
[[nodiscard]] std::string notifications_page(const NotificationPage& page, const std::optional<std::string>& next_key);
[[nodiscard]] std::string unread_count_reply(std::uint64_t unread);
// After one or all were read.
[[nodiscard]] std::string notifications_read_reply(std::uint64_t unread);

[[nodiscard]] Result<Uuid> parse_notification_ack(std::string_view payload);

// --- Envelopes, as complete JSON texts:

[[nodiscard]] std::string notification_envelope(const Notification& notification, EpochMs now, std::uint64_t unread);
// `ids` empty: all.
[[nodiscard]] std::string notification_read_envelope(const Uuid& envelope_id,
                                                     std::span<const Uuid> ids,
                                                     EpochMs read_at,
                                                     std::uint64_t unread);
[[nodiscard]] std::string notification_deleted_envelope(const Uuid& envelope_id,
                                                        const Uuid& id,
                                                        EpochMs now,
                                                        std::uint64_t unread);

}  // namespace notifyd::wire
