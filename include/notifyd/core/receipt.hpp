// What the publisher of an accepted message gets back (docs/protocol.md#post-publish).
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
    Sequence sequence = 0;  // 0: not numbered, or withheld from this publisher
    EpochMs timestamp = 0;
    // The publish repeated an earlier one, whose id, sequence and timestamp these are.
    bool duplicate = false;
    Lifetime lifetime = Lifetime::kept;
};

}  // namespace notifyd
