// A history request (docs/protocol.md#get-messages): GET /messages, parsed but not yet authorized.
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
    // Opaque, as sent by the client; wire/opaque_key decodes it.
    std::optional<std::string> start_key;
    std::optional<EpochMs> from_time;  // inclusive
    std::optional<EpochMs> to_time;    // inclusive
    // Ascending and not overlapping; empty means all messages.
    std::vector<SequenceRange> sequences;
    PageOrder order = PageOrder::newest_first;
};

}  // namespace notifyd
