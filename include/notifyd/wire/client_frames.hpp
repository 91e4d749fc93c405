// What a client sends over its WebSocket: one text frame in, one typed value out (docs/protocol.md#all-frames).
// Flow:   socket -> parse_client_frame -> FrameDispatch
// Fails:  never. A malformed frame is a value, too (MalformedSend, MalformedEnvelope), with the ids that could be read,
//         so that the reply can repeat them.
#pragma once

#include "notifyd/core/error.hpp"
#include "notifyd/wire/json_limits.hpp"
#include "notifyd/wire/publish_request.hpp"
#include "notifyd/wire/raw_json.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace notifyd::wire {

// Whether the sending connection gets its own message back.
enum class Echo : std::uint8_t { on, off };
// Whether success is reported; errors and acks always are.
enum class Reply : std::uint8_t { on, off };

// Ids are echoed unchanged: a JSON string or number whose text has at most 256 bytes.
struct SendMessage {
    PublishRequest request;
    std::optional<RawJson> request_id;
    // Set if and only if the client asked for an ack.
    std::optional<RawJson> ack_id;
    Echo echo = Echo::on;
    Reply reply = Reply::on;
};

// A frame with a type, whose payload belongs to the reader of that type.
struct Envelope {
    std::optional<RawJson> id;
    std::string type;
    // JSON text in the frame; empty if there is none.
    std::string_view payload;
};

// Answered with send_error, and also with ack_error if there is an ack id.
struct MalformedSend {
    Error error;
    std::optional<RawJson> request_id;
    std::optional<RawJson> ack_id;
};

// Answered with an `error` envelope.
struct MalformedEnvelope {
    Error error;
    std::optional<RawJson> id;
};

using ClientFrame = std::variant<SendMessage, Envelope, MalformedSend, MalformedEnvelope>;

// `text` must live as long as the frame.
[[nodiscard]] ClientFrame parse_client_frame(std::string_view text, const JsonLimits& limits);

}  // namespace notifyd::wire
