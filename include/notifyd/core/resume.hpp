// What a client that comes back says it has, topic by topic (docs/protocol.md#resume).
// Owns: its values. Thread: any (values). Fails: never.
#pragma once

#include "notifyd/core/ids.hpp"
#include "notifyd/core/topic_name.hpp"

#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace notifyd {

// The last message that the client has: its number (0: none), or its id.
using ResumePoint = std::variant<Sequence, MessageId>;

struct ResumeTopic {
    TopicName topic;
    ResumePoint after;
};

struct ResumeRequest {
    // Each topic once.
    std::vector<ResumeTopic> topics;
    // Of the database that the client knows.
    std::optional<std::string> epoch;
};

}  // namespace notifyd
