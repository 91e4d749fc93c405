// The value that walks through the server: one published message.
// Flow:   publisher makes it -> storage numbers and keeps it -> processor encodes and sends it.
// Owns:   its text. Thread: immutable once made, shared by all loops and the storage thread. Fails: never.
#pragma once

#include "notifyd/core/clock.hpp"
#include "notifyd/core/ids.hpp"
#include "notifyd/core/topic_name.hpp"

#include <array>
#include <compare>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace notifyd {

enum class MessageType : std::uint8_t { standard, fifo };

[[nodiscard]] constexpr std::string_view to_string(MessageType type) {
    return type == MessageType::fifo ? "fifo" : "standard";
}

enum class Numbering : std::uint8_t { none, consecutive };

inline constexpr std::string_view websocket_channel = "WebSocket";

// SHA-256 of who publishes, where, and the deduplication id that was given (docs/protocol.md#deduplication).
using DeduplicationKey = std::array<std::uint8_t, 32>;

struct Message {
    MessageId id;
    TopicName topic;
    MessageType type = MessageType::standard;
    Numbering numbering = Numbering::none;
    std::string target_channel{websocket_channel};
    UserId sender;
    // The ordering scope of a fifo message; empty for a standard one.
    std::string group_id;
    EpochMs published_at = 0;
    // The connection that asked not to get its own message back (`echo: false`).
    std::optional<ConnectionId> skip;
    // JSON text of the delivered object from its brace to publishTimestamp and messageGroupId, still open:
    // delivery and history append their own last fields and the closing brace, so nothing is serialised twice.
    std::string head;
    // A second message with this key, inside the window, is not stored and not delivered.
    std::optional<DeduplicationKey> deduplication{};
};

using MessagePtr = std::shared_ptr<const Message>;

// A place in a topic's commit order. `counter` is the topic's number after the message at `position`.
struct PageCursor {
    Sequence counter = 0;
    Position position = 0;

    friend auto operator<=>(const PageCursor&, const PageCursor&) = default;
};

// A message with what its commit gave it. `sequence` is 0 when it was not numbered; `at.position` is 0 when it is not
// committed yet, or was committed without a row (no history).
struct Delivery {
    MessagePtr message;
    Sequence sequence = 0;
    PageCursor at{};
};

}  // namespace notifyd
