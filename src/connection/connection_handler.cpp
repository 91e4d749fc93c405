// Keeps the registry and the connection table in step.
#include "notifyd/connection/connection_handler.hpp"

namespace notifyd::connection {

void ConnectionHandler::opened(Connection& connection,
                               std::span<const TopicName> topics,
                               const PeerInfo& peer,
                               EpochMs now) {
    connection.peer = peer;
    connection.connected_at = now;
    connection.last_active_at = now;
    registry_.add(connection);
    for (const TopicName& topic : topics) registry_.subscribe(connection, topic);
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
    registry_.remove(connection);
    store_.closed(connection.id());
}

void ConnectionHandler::pinged(const Connection& connection, EpochMs now) {
    store_.pinged(connection.id(), now);
}

void ConnectionHandler::subscribe(Connection& connection, std::span<const TopicName> topics) {
    for (const TopicName& topic : topics) registry_.subscribe(connection, topic);
    store_.topics_changed(connection.id(), connection.topics());
}

void ConnectionHandler::unsubscribe(Connection& connection, std::span<const TopicName> topics) {
    bool changed = false;
    for (const TopicName& topic : topics) changed = registry_.unsubscribe(connection, topic) || changed;
    if (changed) store_.topics_changed(connection.id(), connection.topics());
}

}  // namespace notifyd::connection
