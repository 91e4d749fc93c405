// Table `connections`: a row for every open WebSocket of this process.
// Thread: the storage thread, inside its transactions. Fails: false if the database fails.
#pragma once

#include "notifyd/ports/connection_store.hpp"

#include "database.hpp"

#include <string>
#include <vector>

namespace notifyd::storage::sqlite {

class ConnectionTable {
  public:
    explicit ConnectionTable(Database& database);

    [[nodiscard]] bool opened(const ports::ConnectionRow& row);
    [[nodiscard]] bool topics_changed(ConnectionId id, const std::vector<TopicName>& topics);
    [[nodiscard]] bool pinged(ConnectionId id, EpochMs at);
    [[nodiscard]] bool closed(ConnectionId id);

  private:
    Statement open_;
    Statement change_topics_;
    Statement ping_;
    Statement close_;
};

// Deletes the rows of the last process.
[[nodiscard]] bool forget_connections(Database& database);

}  // namespace notifyd::storage::sqlite
