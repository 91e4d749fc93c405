// Keeps the registry and the connection table in step.
#include "notifyd/connection/connection_handler.hpp"

#include <algorithm>
#include <utility>

namespace notifyd::connection {

void ConnectionHandler::register_topics(Connection& connection, std::span<const TopicName> topics) {
    std::vector<TopicName> added;
    for (const TopicName& topic : topics) {
        if (observer_ != nullptr && !ConnectionRegistry::is_subscribed(connection, topic)) added.push_back(topic);
        registry_.subscribe(connection, topic);
    }
    if (!added.empty()) observer_->subscribed(connection, added);
}

void ConnectionHandler::opened(Connection& connection,
                               std::span<const TopicName> topics,
                               const PeerInfo& peer,
                               EpochMs now) {
    connection.peer = peer;
    connection.connected_at = now;
    connection.last_active_at = now;
    registry_.add(connection);
    register_topics(connection, topics);
    ports::ConnectionRow row;
    row.id = connection.id();
    row.user = connection.identity().user;
    row.token_id = connection.identity().token_id;
    row.topics = connection.topics();
    row.connected_at = now;
    row.last_ping_at = now;
    row.user_agent = peer.user_agent;
    row.address = peer.address;
    store_.opened(std::move(row));
}

void ConnectionHandler::closed(Connection& connection) {
    if (observer_ != nullptr) observer_->closed(connection);
    registry_.remove(connection);
    store_.closed(connection.id());
}

void ConnectionHandler::pinged(const Connection& connection, EpochMs now) {
    store_.pinged(connection.id(), now);
}

void ConnectionHandler::subscribe(Connection& connection, std::span<const TopicName> topics) {
    register_topics(connection, topics);
    store_.topics_changed(connection.id(), connection.topics());
}

void ConnectionHandler::unsubscribe(Connection& connection, std::span<const TopicName> topics) {
    std::vector<TopicName> dropped;
    for (const TopicName& topic : topics) {
        if (registry_.unsubscribe(connection, topic)) dropped.push_back(topic);
    }
    if (dropped.empty()) return;
    store_.topics_changed(connection.id(), connection.topics());
    if (observer_ != nullptr) observer_->unsubscribed(connection, dropped);
}

std::vector<TopicName> ConnectionHandler::topics_in_use(const Connection& connection) const {
    std::vector<TopicName> topics = connection.topics();
    if (observer_ == nullptr) return topics;
    for (TopicName& topic : observer_->watched(connection)) {
        if (std::ranges::find(topics, topic) == topics.end()) topics.push_back(std::move(topic));
    }
    return topics;
}

void ConnectionHandler::revoke(Connection& connection, std::span<const TopicName> topics) {
    unsubscribe(connection, topics);
    if (observer_ != nullptr) observer_->revoked(connection, topics);
}

}  // namespace notifyd::connection
