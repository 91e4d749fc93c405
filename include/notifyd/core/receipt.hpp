// What a publisher gets for a committed message (docs/protocol.md#post-publish).
// Owns: its strings. Thread: any (a value). Fails: never.
#pragma once

#include "notifyd/core/ids.hpp"
#include "notifyd/core/message.hpp"

#include <string>

namespace notifyd {

struct Receipt {
    MessageId id;
    MessageType type = MessageType::standard;
    std::string target_channel;
    std::string group_id;   // empty for a standard message
    Sequence sequence = 0;  // 0: not numbered, or not the publisher's to know
    EpochMs timestamp = 0;
    // The publish repeated an earlier one; id, sequence and timestamp are that one's.
    bool duplicate = false;
};

}  // namespace notifyd
