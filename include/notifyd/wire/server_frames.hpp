// What the server sends over a WebSocket: typed values in, complete encoded frames out (docs/protocol.md#all-frames).
// Flow:   publisher -> message_head -> … -> delivered_frames.hpp
// Thread: a FramePtr stays on the loop that made it.
//
// Every frame here has a `type`, and no delivered message has one (publish_parser drops it from payloads), so that a
// receiver can distinguish a reply from a payload that imitates one.
#pragma once

#include "notifyd/core/clock.hpp"
#include "notifyd/core/error.hpp"
#include "notifyd/core/frame.hpp"
#include "notifyd/core/ids.hpp"
#include "notifyd/core/message.hpp"
#include "notifyd/core/permission.hpp"
#include "notifyd/core/receipt.hpp"
#include "notifyd/core/resume.hpp"
#include "notifyd/core/topic_name.hpp"
#include "notifyd/wire/raw_json.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace notifyd::wire {

// The text for Message::head; the message's other fields must be set. `payload_fields` as in PublishRequest.
[[nodiscard]] std::string message_head(const Message& message, std::string_view payload_fields);

// Replies to sendMessage. `request_id` is echoed if there is one. The error rate_limited states the time to wait, here
// and in an envelope.
[[nodiscard]] FramePtr send_answer(const Receipt& receipt, const std::optional<RawJson>& request_id);
[[nodiscard]] FramePtr send_error(const Error& error, const std::optional<RawJson>& request_id);
// A 403 that names the chats among the topics that the sender may publish to instead.
[[nodiscard]] FramePtr send_forbidden(const Error& error,
                                      const std::optional<RawJson>& request_id,
                                      std::span<const TopicName> authorized);
[[nodiscard]] FramePtr ack_success(const Receipt& receipt, const RawJson& ack_id);
[[nodiscard]] FramePtr ack_error(const Error& error, const RawJson& ack_id);

// The first frame, for clients that ask for it.
struct Connected {
    ConnectionId connection;
    UserId user;
    // Each with its number at that moment.
    std::span<const TopicName> topics;
    std::span<const Sequence> positions;
    // Requested topics that are forbidden, if the client accepts a partial connect.
    std::optional<std::span<const TopicName>> refused;
    std::string epoch;
    Milliseconds heartbeat{0};
    EpochMs server_time = 0;
};
[[nodiscard]] FramePtr connected_frame(const Connected& connected);

// The id of an envelope: the client's own, or a new UUID.
[[nodiscard]] RawJson envelope_id(const std::optional<RawJson>& from_client, IdSource& ids);

[[nodiscard]] FramePtr pong(const RawJson& id, EpochMs now);

// Everything that is currently subscribed, each topic with its number at that moment.
struct Subscribed {
    std::span<const std::string> channels;
    std::span<const TopicName> topics;
    std::span<const Sequence> positions;
};
[[nodiscard]] FramePtr subscribed(const RawJson& id, EpochMs now, const Subscribed& state);
[[nodiscard]] FramePtr unsubscribed(const RawJson& id, EpochMs now, const Subscribed& state);

[[nodiscard]] FramePtr auth_refreshed(const RawJson& id, EpochMs now, EpochMs expires_at);

[[nodiscard]] FramePtr envelope_error(const RawJson& id, EpochMs now, const Error& error);
// The end of a replay (docs/protocol.md#resume).
struct Resumed {
    TopicName topic;
    ResumePoint from;  // as given by the client
    ResumePoint to;    // the last message that the client now has, or could have
    std::size_t count = 0;
    // Empty: everything that was missed has been sent. Otherwise a short name from a closed set.
    std::string_view incomplete_because{};
    // The first number held, for a client that pages through history instead; 0: not known.
    Sequence oldest = 0;
    std::string_view epoch{};
};
[[nodiscard]] FramePtr resumed_frame(const Resumed& resumed);
[[nodiscard]] FramePtr granted(const RawJson& id, EpochMs now, const TopicName& topic, Role role);
[[nodiscard]] FramePtr revoked(const RawJson& id, EpochMs now, std::span<const TopicName> topics);

}  // namespace notifyd::wire
