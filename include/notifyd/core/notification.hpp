// A notification in a user's inbox (docs/protocol.md#notifications).
#pragma once

#include "notifyd/core/clock.hpp"
#include "notifyd/core/ids.hpp"
#include "notifyd/core/uuid.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace notifyd {

struct Notification {
    // UUIDv7: sorts by age. Users share the id of a notification that was sent to a topic.
    Uuid id;
    UserId user;
    std::string type;
    std::string channel;
    // A later notification of the user with the same key takes its place; empty: none.
    std::string collapse_key;
    EpochMs created_at = 0;
    // From then on, it is neither sent nor listed.
    std::optional<EpochMs> expires_at{};
    // JSON text: the members of the shown object except id, userId and readAt, without braces.
    std::string content;
    std::optional<EpochMs> read_at{};
};

struct NotificationPage {
    // Newest first.
    std::vector<Notification> notifications;
    bool more = false;
    std::uint64_t unread = 0;
};

// Notifications that no client of the user has acknowledged.
struct PendingPage {
    // Oldest first.
    std::vector<Notification> notifications;
    bool more = false;
    std::uint64_t unread = 0;
    // The channels that the user has chosen; nullopt: never chosen.
    std::optional<std::vector<std::string>> channels{};
};

// What a user wants to receive.
struct Preferences {
    // As JSON, the way the user set them; nullopt: the defaults.
    std::optional<std::string> text{};
    EpochMs updated_at = 0;
    // What they say about notifications in the application: none at all, or none of these types.
    bool in_app = true;
    std::vector<std::string> muted_types{};
};

}  // namespace notifyd
