// A user's state is that of the most available connection; among equals, that of the latest update counts.
#include "user_board.hpp"

#include <algorithm>
#include <utility>

namespace notifyd::presence {

bool UserBoard::settle(User& user) {
    const auto is_better = [](const Place& one, const Place& other) {
        return one.status != other.status ? one.status < other.status : one.updated > other.updated;
    };
    const auto best = std::ranges::min_element(user.places, is_better);
    const bool same = user.state.status == best->status && user.state.activity == best->activity;
    user.state.status = best->status;
    user.state.activity = best->activity;
    return !same;
}

void UserBoard::set_everywhere(const User& user, const UserId& id, TopicEvents& events) {
    for (const auto& [topic, connections] : user.topics) {
        events.push_back({TopicEvent::Kind::set, topic, id, user.state});
    }
}

void UserBoard::leave(
    User& user, const UserId& id, std::span<const TopicName> topics, EpochMs now, TopicEvents& events) {
    for (const TopicName& topic : topics) {
        const auto found = user.topics.find(topic);
        if (found == user.topics.end() || --found->second != 0) continue;
        user.topics.erase(found);
        events.push_back({TopicEvent::Kind::leave, topic, id, {.last_active_at = now}});
    }
}

TopicEvents UserBoard::joined(ConnectionId connection,
                              const UserId& id,
                              std::span<const TopicName> topics,
                              EpochMs now) {
    User& user = users_[id];
    const bool is_known = std::ranges::find(user.places, connection, &Place::connection) != user.places.end();
    if (!is_known) user.places.push_back({connection});
    user.state.last_active_at = std::max(user.state.last_active_at, now);
    const bool changed = settle(user);
    TopicEvents events;
    for (const TopicName& topic : topics) {
        const bool is_first = user.topics[topic]++ == 0;
        events.push_back({is_first ? TopicEvent::Kind::join : TopicEvent::Kind::set, topic, id, user.state});
    }
    if (changed) set_everywhere(user, id, events);
    return events;
}

TopicEvents UserBoard::left(const UserId& id, std::span<const TopicName> topics, EpochMs now) {
    TopicEvents events;
    if (const auto found = users_.find(id); found != users_.end()) leave(found->second, id, topics, now, events);
    return events;
}

TopicEvents UserBoard::closed(ConnectionId connection,
                              const UserId& id,
                              std::span<const TopicName> topics,
                              EpochMs now) {
    TopicEvents events;
    const auto found = users_.find(id);
    if (found == users_.end()) return events;
    User& user = found->second;
    leave(user, id, topics, now, events);
    std::erase_if(user.places, [&](const Place& place) { return place.connection == connection; });
    if (user.places.empty()) {
        users_.erase(found);
    } else if (settle(user)) {
        set_everywhere(user, id, events);
    }
    return events;
}

TopicEvents UserBoard::updated(
    ConnectionId connection, const UserId& id, PresenceStatus status, std::string activity, EpochMs now) {
    TopicEvents events;
    const auto found = users_.find(id);
    if (found == users_.end()) return events;
    User& user = found->second;
    const auto place = std::ranges::find(user.places, connection, &Place::connection);
    if (place == user.places.end()) return events;
    place->status = status;
    place->activity = std::move(activity);
    place->updated = ++user.updates;
    user.state.last_active_at = std::max(user.state.last_active_at, now);
    settle(user);
    set_everywhere(user, id, events);
    return events;
}

}  // namespace notifyd::presence
