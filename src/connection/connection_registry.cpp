// Links between connections and topics in both directions, so that leaving a topic needs no search.
#include "notifyd/connection/connection_registry.hpp"

#include <algorithm>

namespace notifyd::connection {

void ConnectionRegistry::add(Connection& connection) {
    by_id_.emplace(connection.id(), &connection);
}

void ConnectionRegistry::remove(Connection& connection) {
    while (!connection.subscriptions_.empty()) leave(connection, connection.subscriptions_.size() - 1);
    connection.subscriptions_.shrink_to_fit();
    by_id_.erase(connection.id());
}

Connection* ConnectionRegistry::find(ConnectionId id) const {
    const auto found = by_id_.find(id);
    return found == by_id_.end() ? nullptr : found->second;
}

bool ConnectionRegistry::is_subscribed(const Connection& connection, const TopicName& topic) {
    return std::any_of(connection.subscriptions_.begin(), connection.subscriptions_.end(), [&](const auto& entry) {
        return entry.topic->name() == topic;
    });
}

void ConnectionRegistry::subscribe(Connection& connection, const TopicName& topic) {
    if (is_subscribed(connection, topic)) return;
    // References stay valid: the map never moves its nodes.
    auto& [name, entry] = *topics_.try_emplace(topic).first;
    entry.name_ = &name;
    connection.subscriptions_.push_back({&entry, static_cast<std::uint32_t>(entry.members_.size())});
    entry.members_.push_back(&connection);
}

bool ConnectionRegistry::unsubscribe(Connection& connection, const TopicName& topic) {
    auto& subscriptions = connection.subscriptions_;
    for (std::size_t i = 0; i < subscriptions.size(); ++i) {
        if (subscriptions[i].topic->name() == topic) {
            leave(connection, i);
            return true;
        }
    }
    return false;
}

void ConnectionRegistry::leave(Connection& connection, std::size_t at) {
    const Connection::Subscription left = std::move(connection.subscriptions_[at]);
    if (left.backlog) --connection.backlogs_;
    connection.subscriptions_.erase(connection.subscriptions_.begin() + static_cast<std::ptrdiff_t>(at));

    // The last member moves into the free place, and its subscription is updated.
    auto& members = left.topic->members_;
    Connection* last = members.back();
    members[left.place] = last;
    members.pop_back();
    if (last != &connection) {
        for (auto& subscription : last->subscriptions_) {
            if (subscription.topic == left.topic) subscription.place = left.place;
        }
    }
    if (members.empty()) topics_.erase(topics_.find(left.topic->name()));
}

std::span<Connection* const> ConnectionRegistry::members(const TopicName& topic) const {
    const auto found = topics_.find(topic);
    if (found == topics_.end()) return {};
    return found->second.members_;
}

}  // namespace notifyd::connection
