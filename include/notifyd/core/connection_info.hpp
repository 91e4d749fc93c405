// An open connection as GET /@connections shows it (docs/protocol.md#open-connections).
// Owns: its values. Thread: any. Fails: never.
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
