// Queues changes of connection rows; nobody waits for them.
#pragma once

#include "notifyd/ports/connection_store.hpp"

#include "loop_requests.hpp"

#include <utility>
#include <vector>

namespace notifyd::storage {

class ConnectionPort final : public ports::ConnectionStore {
  public:
    explicit ConnectionPort(LoopRequests& requests) : requests_(requests) {}

    void opened(ports::ConnectionRow row) override {
        const std::size_t bytes = LoopRequests::request_bytes * (row.topics.size() + 1);
        requests_.change_connection({std::move(row)}, bytes);
    }
    void topics_changed(ConnectionId id, std::vector<TopicName> topics) override {
        const std::size_t bytes = LoopRequests::request_bytes * (topics.size() + 1);
        requests_.change_connection({ConnectionTopics{id, std::move(topics)}}, bytes);
    }
    void pinged(ConnectionId id, EpochMs at) override {
        requests_.change_connection({ConnectionPing{id, at}}, LoopRequests::request_bytes);
    }
    void closed(ConnectionId id) override {
        requests_.change_connection({ConnectionEnd{id}}, LoopRequests::request_bytes);
    }

  private:
    LoopRequests& requests_;
};

}  // namespace notifyd::storage
