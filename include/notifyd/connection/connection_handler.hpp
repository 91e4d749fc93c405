// $connect and $disconnect: adds a connection to the registry and the connection table, and removes it. Who may connect
// has been decided before.
// Flow:   gateway (after the 101) -> ConnectionHandler -> registry, ports::ConnectionStore, ConnectionObserver
// Thread: one loop.
#pragma once

#include "notifyd/connection/connection_observer.hpp"
#include "notifyd/connection/connection_registry.hpp"
#include "notifyd/ports/connection_store.hpp"

#include <span>
#include <vector>

namespace notifyd::connection {

class ConnectionHandler {
  public:
    ConnectionHandler(ConnectionRegistry& registry, ports::ConnectionStore& store)
        : registry_(registry), store_(store) {}

    // Before the loop runs; the observer outlives it.
    void set_observer(ConnectionObserver& observer) { observer_ = &observer; }

    void opened(Connection& connection, std::span<const TopicName> topics, const PeerInfo& peer, EpochMs now);
    void closed(Connection& connection);
    // Records the client's own `ping`, which the connection table shows as lastPingAt.
    void pinged(const Connection& connection, EpochMs now);

    void subscribe(Connection& connection, std::span<const TopicName> topics);
    // Topics that are not subscribed are ignored.
    void unsubscribe(Connection& connection, std::span<const TopicName> topics);
    // The topics of which the connection receives anything.
    [[nodiscard]] std::vector<TopicName> topics_in_use(const Connection& connection) const;
    // Takes everything of these topics from the connection.
    void revoke(Connection& connection, std::span<const TopicName> topics);

  private:
    void register_topics(Connection& connection, std::span<const TopicName> topics);

    ConnectionRegistry& registry_;
    ports::ConnectionStore& store_;
    ConnectionObserver* observer_ = nullptr;
};

}  // namespace notifyd::connection
