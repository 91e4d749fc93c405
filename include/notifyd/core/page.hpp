// Pages of history: queries and results (docs/protocol.md#get-messages).
#pragma once

#include "notifyd/core/message.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace notifyd {

enum class PageOrder : std::uint8_t { newest_first, oldest_first };

// Sequence numbers from first to last, both inclusive.
struct SequenceRange {
    Sequence first = 0;
    Sequence last = 0;
};

// The part of a topic's log that a subscriber is owed (docs/protocol.md#resume). Of the entries up to `end`:
// - fifo messages after `fifo_after` that were committed no later than `fifo_up_to` (later ones arrive another way);
// - standard messages, if `kinds` includes them.
// The message at `fifo_after`, of either kind, is the last one the subscriber has; it is not part of the window.
struct LogWindow {
    enum class Kinds : std::uint8_t { numbered, fifo, all, unnumbered };  // fifo: numbered and unnumbered
    Kinds kinds = Kinds::fifo;
    PageCursor end;
    PageCursor fifo_after;
    Position fifo_up_to = 0;
};

// What happens to a read if its user has too many waiting already.
enum class IfBusy : std::uint8_t {
    refuse,
    wait,  // for callers that issue only a few reads at a time
};

struct PageQuery {
    TopicName topic;
    PageOrder order = PageOrder::newest_first;
    std::size_t messages_max = 0;
    std::size_t bytes_max = 0;
    std::optional<EpochMs> from_time;  // inclusive, by publishTimestamp
    std::optional<EpochMs> to_time;    // inclusive
    // Only numbered messages in these ranges (ascending, not overlapping); empty means all messages.
    std::vector<SequenceRange> sequences;
    // Continue after this message, in the query's order.
    std::optional<PageCursor> after;
    // Only what a subscriber is owed; oldest first, and without the filters above.
    std::optional<LogWindow> window{};
    // The user whose turn this read takes: reads are scheduled fairly between users. Empty for the server itself.
    UserId asker{};
    IfBusy if_busy = IfBusy::refuse;
};

struct StoredMessage {
    PageCursor at;
    MessageId id;
    MessageType type = MessageType::standard;
    Sequence sequence = 0;
    EpochMs published_at = 0;
    std::string target_channel;
    std::string head;  // as in Message
};

struct Page {
    std::vector<StoredMessage> messages;
    // Where the next page begins; nullopt on the last page.
    std::optional<PageCursor> next;
};

}  // namespace notifyd
