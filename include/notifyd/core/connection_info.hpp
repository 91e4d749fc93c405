// An open connection as reported by GET /@connections (docs/protocol.md#open-connections).
#pragma once

#include "notifyd/core/clock.hpp"
#include "notifyd/core/ids.hpp"
#include "notifyd/core/topic_name.hpp"

#include <string>
#include <vector>

namespace notifyd {

struct ConnectionInfo {
    ConnectionId id{};
    UserId user;
    EpochMs connected_at = 0;
    EpochMs last_active_at = 0;
    std::string address;
    std::string user_agent;
    std::vector<TopicName> topics;
};

}  // namespace notifyd
