// What a reconnecting client reports it has, topic by topic (docs/protocol.md#resume).
#pragma once

#include "notifyd/core/ids.hpp"
#include "notifyd/core/topic_name.hpp"

#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace notifyd {

// The last message that the client has: its number (0: none) or its id.
using ResumePoint = std::variant<Sequence, MessageId>;

struct ResumeTopic {
    TopicName topic;
    ResumePoint after;
};

struct ResumeRequest {
    // Each topic appears once.
    std::vector<ResumeTopic> topics;
    // The epoch of the database that the client last saw.
    std::optional<std::string> epoch;
};

}  // namespace notifyd
