// A message that could not be delivered to one recipient (docs/protocol.md#dead-letters).
#pragma once

#include "notifyd/core/clock.hpp"
#include "notifyd/core/ids.hpp"
#include "notifyd/core/topic_name.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace notifyd {

struct DeadLetter {
    Uuid id;            // UUIDv7: sorts by creation time
    std::string queue;  // fifo, standard, storage or a target channel's name
    MessageId message;
    TopicName topic;
    Sequence sequence = 0;  // 0: not numbered
    std::optional<ConnectionId> connection;
    UserId user;
    std::string reason;
    std::uint32_t attempts = 0;
    EpochMs first_failed_at = 0;
    EpochMs last_failed_at = 0;
    // Same form as Message::head. Stored only when the topic keeps no history; otherwise readers get it from the log
    // (nullopt once the message's retention has expired).
    std::optional<std::string> head;
};

struct DeadLetterPage {
    std::vector<DeadLetter> letters;
    bool more = false;
};

}  // namespace notifyd
