// What a client sends over its WebSocket: one text frame in, one typed value out (docs/protocol.md#all-frames).
// Flow:   socket -> parse_client_frame -> std::visit in the gateway
// Fails:  never. A malformed frame is a value, too (MalformedSend, MalformedEnvelope), with the ids that could be read,
//         so that the reply can repeat them.
#pragma once

#include "notifyd/core/error.hpp"
#include "notifyd/core/resume.hpp"
#include "notifyd/core/topic_name.hpp"
#include "notifyd/core/uuid.hpp"
#include "notifyd/wire/json_limits.hpp"
#include "notifyd/wire/publish_request.hpp"
#include "notifyd/wire/raw_json.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

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

struct Ping {
    std::optional<RawJson> id;
};

// At most 100 topics and 100 channels, without repetitions.
struct Subscribe {
    std::optional<RawJson> id;
    std::vector<TopicName> topics;
    std::vector<std::string> channels;
    // Its topics have not been compared with `topics`: topics that are already subscribed are fine, too.
    ResumeRequest resume{};
};

struct Unsubscribe {
    std::optional<RawJson> id;
    std::vector<TopicName> topics;
    std::vector<std::string> channels;
};

// A fresh JWT to replace the one that the connection was opened with.
struct AuthRefresh {
    std::optional<RawJson> id;
    std::string token;
};

struct NotificationAck {
    std::optional<RawJson> id;
    Uuid notification;
};

// An envelope of an unknown type: answered with unknown_envelope_error().
struct UnknownEnvelope {
    std::optional<RawJson> id;
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

using ClientFrame = std::variant<SendMessage,
                                 Ping,
                                 Subscribe,
                                 Unsubscribe,
                                 AuthRefresh,
                                 NotificationAck,
                                 UnknownEnvelope,
                                 MalformedSend,
                                 MalformedEnvelope>;

[[nodiscard]] ClientFrame parse_client_frame(std::string_view text, const JsonLimits& limits);

}  // namespace notifyd::wire
