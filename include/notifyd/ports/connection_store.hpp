// The connection table: a row for each open WebSocket, for operators and the connections API.
// Thread: one loop. Writes are queued and not waited for.
// Fails:  never visibly: a failed write is logged; no message depends on it.
#pragma once

#include "notifyd/core/clock.hpp"
#include "notifyd/core/ids.hpp"
#include "notifyd/core/topic_name.hpp"

#include <string>
#include <vector>

namespace notifyd::ports {

struct ConnectionRow {
    ConnectionId id;
    UserId user;
    std::string token_id;  // the token's `jti` or empty; never the token itself
    std::vector<TopicName> topics;
    EpochMs connected_at = 0;
    EpochMs last_ping_at = 0;
    std::string user_agent;
    std::string address;
};

class ConnectionStore {
  public:
    virtual ~ConnectionStore() = default;
    virtual void opened(ConnectionRow row) = 0;
    virtual void topics_changed(ConnectionId id, std::vector<TopicName> topics) = 0;
    virtual void pinged(ConnectionId id, EpochMs at) = 0;
    virtual void closed(ConnectionId id) = 0;
};

}  // namespace notifyd::ports
