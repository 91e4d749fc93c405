// A topic in the list of a user's chats.
#pragma once

#include "notifyd/core/clock.hpp"
#include "notifyd/core/ids.hpp"
#include "notifyd/core/permission.hpp"
#include "notifyd/core/topic_name.hpp"

#include <optional>

namespace notifyd {

struct Chat {
    TopicName topic;
    Role role = Role::member;
    // The topic's last number.
    Sequence last = 0;
    // Up to where the user has read; at most `last`.
    Sequence read = 0;
    // nullopt: there is no message in the history.
    std::optional<EpochMs> last_message_at{};
};

// A place in the list, which is ordered by the position of each topic's last message, the highest first. Topics without
// messages, whose position is 0, follow in the order of their names.
struct ChatPlace {
    Position last_message = 0;
    TopicName topic;

    [[nodiscard]] bool is_before(const ChatPlace& other) const {
        return last_message != other.last_message ? last_message > other.last_message : topic < other.topic;
    }
};

}  // namespace notifyd
