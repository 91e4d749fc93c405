// Learns what becomes of a loop's connections and of their topics.
// Thread: the loop's. Called by the ConnectionHandler.
#pragma once

#include "notifyd/connection/connection.hpp"

#include <span>
#include <vector>

namespace notifyd::connection {

class ConnectionObserver {
  public:
    virtual ~ConnectionObserver() = default;
    // The connection has been opened with these topics, or has subscribed to them.
    virtual void subscribed(Connection& connection, std::span<const TopicName> topics) = 0;
    virtual void unsubscribed(Connection& connection, std::span<const TopicName> topics) = 0;
    // It is about to be removed; its topics are still there.
    virtual void closed(Connection& connection) = 0;

    // Topics of which the connection receives something without having to be subscribed.
    [[nodiscard]] virtual std::vector<TopicName> watched(const Connection& connection) const = 0;
    // It may no longer receive anything of these topics, whether it was subscribed to them or not.
    virtual void revoked(Connection& connection, std::span<const TopicName> topics) = 0;
};

}  // namespace notifyd::connection
