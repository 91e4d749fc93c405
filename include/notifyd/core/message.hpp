// One published message, as it passes through the server: created by the publisher, numbered and stored by storage,
// encoded and sent by the processor.
// Immutable once created; shared by all loops and the storage thread.
#pragma once

#include "notifyd/core/audience.hpp"
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

// transient: worthless a second later, such as that somebody is typing. It is delivered to whoever is connected and can
// take it now; it is never stored, numbered, retried or caught up.
// notice: announces a change that is stored elsewhere, such as a notification in an inbox. It is retried, but never
// becomes a dead letter, because the client can still read what has changed.
enum class Lifetime : std::uint8_t { kept, transient, notice };

// message: what somebody has published, which is delivered with the fields that its delivery adds.
// envelope: a frame of the server's own, which is delivered as it is.
enum class Form : std::uint8_t { message, envelope };

inline constexpr std::string_view websocket_channel = "WebSocket";

// SHA-256 of the publisher, the topic and the client's deduplication id (docs/protocol.md#deduplication).
using DeduplicationKey = std::array<std::uint8_t, 32>;

struct Message {
    MessageId id;
    TopicName topic;
    MessageType type = MessageType::standard;
    Numbering numbering = Numbering::none;
    Lifetime lifetime = Lifetime::kept;
    Form form = Form::message;
    std::string target_channel{websocket_channel};
    UserId sender;
    // The ordering scope of a fifo message; empty for a standard one.
    std::string group_id;
    EpochMs published_at = 0;
    // The connection that asked not to receive its own message (`echo: false`).
    std::optional<ConnectionId> skip;
    // Whom of the topic's connections it is meant for; nullopt: all of them.
    std::optional<Audience> audience{};
    // JSON text of the delivered object from its opening brace to publishTimestamp and messageGroupId, left open:
    // delivery and history append their own fields and the closing brace, so nothing is serialised twice. An envelope
    // is complete.
    std::string head;
    // A second message with this key within the window is neither stored nor delivered.
    std::optional<DeduplicationKey> deduplication{};
};

using MessagePtr = std::shared_ptr<const Message>;

// A place in a topic's commit order. `counter` is the topic's last number at `position`, including the message there.
struct PageCursor {
    Sequence counter = 0;
    Position position = 0;

    friend auto operator<=>(const PageCursor&, const PageCursor&) = default;
};

// A message with what its commit assigned. `sequence` is 0 if it is not numbered; `at.position` is 0 if it is not
// committed yet or was committed without a row (no history).
struct Delivery {
    MessagePtr message;
    Sequence sequence = 0;
    PageCursor at{};
};

}  // namespace notifyd
