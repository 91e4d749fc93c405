// $connect and $disconnect: adds a connection to the registry and the connection table, and removes it. Who may connect
// has been decided before.
// Flow:   gateway (after the 101) -> ConnectionHandler -> registry, ports::ConnectionStore
// Thread: one loop.
#pragma once

#include "notifyd/connection/connection_registry.hpp"
#include "notifyd/ports/connection_store.hpp"

#include <span>

namespace notifyd::connection {

class ConnectionHandler {
  public:
    ConnectionHandler(ConnectionRegistry& registry, ports::ConnectionStore& store)
        : registry_(registry), store_(store) {}

    void opened(Connection& connection, std::span<const TopicName> topics, const PeerInfo& peer, EpochMs now);
    void closed(Connection& connection);
    // Records the client's own `ping`, which the connection table shows as lastPingAt.
    void pinged(const Connection& connection, EpochMs now);

    void subscribe(Connection& connection, std::span<const TopicName> topics);
    // Topics that are not subscribed are ignored.
    void unsubscribe(Connection& connection, std::span<const TopicName> topics);

  private:
    ConnectionRegistry& registry_;
    ports::ConnectionStore& store_;
};

}  // namespace notifyd::connection
