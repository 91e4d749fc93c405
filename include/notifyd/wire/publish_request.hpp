// A message to publish, from HTTP or WebSocket: well-formed, but not authorized yet (docs/protocol.md#post-publish).
// Flow: client text -> PublishRequest -> publisher
#pragma once

#include "notifyd/core/message.hpp"
#include "notifyd/core/topic_name.hpp"

#include <optional>
#include <string>

namespace notifyd::wire {

struct PublishRequest {
    // Not empty; the publisher checks whether the channel exists.
    std::string target_channel;
    MessageType type = MessageType::standard;
    TopicName topic;
    // 1–128 characters; always nullopt for a standard message.
    std::optional<std::string> group_id;
    Numbering numbering = Numbering::none;
    // Kept for a fifo message.
    Lifetime lifetime = Lifetime::kept;
    // 1–128 characters, from messageDeduplicationId, or else idempotencyKey, or else the header Idempotency-Key.
    std::optional<std::string> deduplication_id;
    // The payload's members as the client wrote them, joined by commas, without the braces and without the names that
    // the server sets itself. Input to message_head.
    std::string payload_fields;
};

}  // namespace notifyd::wire
