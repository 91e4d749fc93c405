// The live connections of one loop, by id and by topic. Connections are borrowed from their sessions between add and
// remove.
// Thread: one loop. A topic's member list must not change while it is iterated; sending and closing do not change it.
#pragma once

#include "notifyd/connection/connection.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

namespace notifyd::connection {

// A topic with subscribers. It lives in the index and refers to its key there as its name.
class TopicEntry {
  public:
    [[nodiscard]] const TopicName& name() const { return *name_; }

  private:
    friend class ConnectionRegistry;
    const TopicName* name_ = nullptr;
    std::vector<Connection*> members_;
};

class ConnectionRegistry {
  public:
    void add(Connection& connection);
    // Leaves every topic and removes the connection.
    void remove(Connection& connection);
    // nullptr if it is gone.
    [[nodiscard]] Connection* find(ConnectionId id) const;
    [[nodiscard]] std::size_t size() const { return by_id_.size(); }

    template <class Visit>
    void for_each(Visit visit) const {
        for (const auto& entry : by_id_) visit(*entry.second);
    }

    // Does nothing if it is subscribed already.
    void subscribe(Connection& connection, const TopicName& topic);
    // False if it was not subscribed.
    bool unsubscribe(Connection& connection, const TopicName& topic);
    [[nodiscard]] static bool is_subscribed(const Connection& connection, const TopicName& topic);
    // The connections subscribed to the topic.
    [[nodiscard]] std::span<Connection* const> members(const TopicName& topic) const;

  private:
    void leave(Connection& connection, std::size_t at);

    std::unordered_map<ConnectionId, Connection*> by_id_;
    std::unordered_map<TopicName, TopicEntry> topics_;
};

}  // namespace notifyd::connection
