// $connect and $disconnect: puts a connection into the registry and the connection table, and takes it out again.
// Flow:   gateway (after the 101) -> ConnectionHandler -> registry, ports::ConnectionStore
// Owns:   nothing. Thread: one loop.
// Fails:  never; who may connect was decided before.
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
    // The client's own `ping`, which the connection table shows as lastPingAt.
    void pinged(const Connection& connection, EpochMs now);

    void subscribe(Connection& connection, std::span<const TopicName> topics);
    // Topics that were not subscribed are passed over.
    void unsubscribe(Connection& connection, std::span<const TopicName> topics);

  private:
    ConnectionRegistry& registry_;
    ports::ConnectionStore& store_;
};

}  // namespace notifyd::connection
