// What a client asks of the history (docs/protocol.md#get-messages): GET /messages, parsed, not yet permitted.
// Owns: its values. Thread: any (a value). Fails: never.
#pragma once

#include "notifyd/core/limits.hpp"
#include "notifyd/core/page.hpp"
#include "notifyd/core/topic_name.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace notifyd {

struct HistoryRequest {
    TopicName topic;
    std::size_t limit = limits::page_messages_default;
    // As the client gave it; only history can read it.
    std::optional<std::string> start_key;
    std::optional<EpochMs> from_time;  // inclusive
    std::optional<EpochMs> to_time;    // inclusive
    // Ascending, not overlapping; empty: all messages.
    std::vector<SequenceRange> sequences;
    PageOrder order = PageOrder::newest_first;
};

}  // namespace notifyd
