// The connections of users: turns what happens to connections into what happens to users in topics. Pure.
#pragma once

#include "notifyd/core/presence.hpp"

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

namespace notifyd::presence {

// What a topic learns of one of its members.
struct TopicEvent {
    enum class Kind : std::uint8_t { join, leave, set };

    Kind kind = Kind::set;
    TopicName topic;
    UserId user;
    // Of a leave: only the time.
    PresenceState state;
};

using TopicEvents = std::vector<TopicEvent>;

class UserBoard {
  public:
    // As in ports::PresenceBoard.
    [[nodiscard]] TopicEvents joined(ConnectionId connection,
                                     const UserId& user,
                                     std::span<const TopicName> topics,
                                     EpochMs now);
    [[nodiscard]] TopicEvents left(const UserId& user, std::span<const TopicName> topics, EpochMs now);
    [[nodiscard]] TopicEvents closed(ConnectionId connection,
                                     const UserId& user,
                                     std::span<const TopicName> topics,
                                     EpochMs now);
    [[nodiscard]] TopicEvents updated(
        ConnectionId connection, const UserId& user, PresenceStatus status, std::string activity, EpochMs now);

    [[nodiscard]] std::size_t size() const { return users_.size(); }

  private:
    struct Place {
        ConnectionId connection;
        PresenceStatus status = PresenceStatus::online;
        std::string activity{};
        // The later its last update, the higher; 0: none. A new tab must not wipe out an activity.
        std::uint64_t updated = 0;
    };
    struct User {
        std::vector<Place> places;
        // The number of the user's connections in each topic.
        std::map<TopicName, std::uint32_t> topics;
        PresenceState state;
        std::uint64_t updates = 0;
    };

    // Determines the user's state again. Returns whether it looks different.
    static bool settle(User& user);
    static void leave(
        User& user, const UserId& id, std::span<const TopicName> topics, EpochMs now, TopicEvents& events);
    static void set_everywhere(const User& user, const UserId& id, TopicEvents& events);

    std::unordered_map<UserId, User> users_;
};

}  // namespace notifyd::presence
