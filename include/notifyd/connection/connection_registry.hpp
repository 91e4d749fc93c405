// The live connections of one loop, by id and by topic.
// Owns:   the index; connections are borrowed from their sessions between add and remove.
// Thread: one loop. A topic's list must not change while somebody walks it: sending and closing do not change it.
// Fails:  never.
#pragma once

#include "notifyd/connection/connection.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

namespace notifyd::connection {

// A topic that somebody is subscribed to. It lives in the index and borrows its key there as its name.
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
    // Leaves every topic and forgets the connection.
    void remove(Connection& connection);
    // nullptr when it is gone.
    [[nodiscard]] Connection* find(ConnectionId id) const;
    [[nodiscard]] std::size_t size() const { return by_id_.size(); }

    template <class Visit>
    void for_each(Visit visit) const {
        for (const auto& entry : by_id_) visit(*entry.second);
    }

    // Subscribing twice is fine.
    void subscribe(Connection& connection, const TopicName& topic);
    // False when it was not subscribed.
    bool unsubscribe(Connection& connection, const TopicName& topic);
    [[nodiscard]] static bool is_subscribed(const Connection& connection, const TopicName& topic);
    // The connections that receive what is addressed to the topic.
    [[nodiscard]] std::span<Connection* const> members(const TopicName& topic) const;

  private:
    void leave(Connection& connection, std::size_t at);

    std::unordered_map<ConnectionId, Connection*> by_id_;
    std::unordered_map<TopicName, TopicEntry> topics_;
};

}  // namespace notifyd::connection
