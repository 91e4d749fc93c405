// A message that one recipient could not be given (docs/protocol.md#dead-letters).
// Owns: its strings. Thread: any (a value). Fails: never.
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
    Uuid id;            // UUIDv7: sorts by the time it was made
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
    // The message as in Message::head. Stored only where there is no history; otherwise the log has it, and whoever
    // reads a dead letter gets it from there (nullopt: its retention is over).
    std::optional<std::string> head;
};

struct DeadLetterPage {
    std::vector<DeadLetter> letters;
    bool more = false;
};

}  // namespace notifyd
