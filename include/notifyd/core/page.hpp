// Pages of history: what is asked for and what comes back (docs/protocol.md#get-messages).
// Owns: its values. Thread: any (values). Fails: never.
#pragma once

#include "notifyd/core/message.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace notifyd {

enum class PageOrder : std::uint8_t { newest_first, oldest_first };

// Numbers first to last, both included.
struct SequenceRange {
    Sequence first = 0;
    Sequence last = 0;
};

// What a subscriber is owed of a topic's log (docs/protocol.md#resume): the places up to `end`, and of these
// - fifo messages behind `fifo_after`, committed not later than `fifo_up_to` (the others reach it another way);
// - standard messages, where they are wanted.
// The message at `fifo_after`, of whatever kind, is the last one that the subscriber has, and not part of the window.
struct LogWindow {
    enum class Kinds : std::uint8_t { numbered, fifo, all, unnumbered };  // fifo: numbered and unnumbered
    Kinds kinds = Kinds::fifo;
    PageCursor end;
    PageCursor fifo_after;
    Position fifo_up_to = 0;
};

// What becomes of a read when its user has too many waiting already.
enum class IfBusy : std::uint8_t {
    refuse,
    wait,  // for those who ask for a few at a time only, however much they have to read
};

struct PageQuery {
    TopicName topic;
    PageOrder order = PageOrder::newest_first;
    std::size_t messages_max = 0;
    std::size_t bytes_max = 0;
    std::optional<EpochMs> from_time;  // inclusive, by publishTimestamp
    std::optional<EpochMs> to_time;    // inclusive
    // Only numbered messages in these ranges (ascending, not overlapping); empty: all messages.
    std::vector<SequenceRange> sequences;
    // Continue behind this message, in the query's order.
    std::optional<PageCursor> after;
    // Only what a subscriber is owed; oldest first, and without the filters above.
    std::optional<LogWindow> window{};
    // Reads are served user by user: whose turn this one takes. Empty: the server's own.
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
    // Where the next page begins; nullopt when there is nothing behind this one.
    std::optional<PageCursor> next;
};

}  // namespace notifyd
