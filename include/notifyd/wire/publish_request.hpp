// What somebody asks to publish, over HTTP or WebSocket: checked for shape, not yet for permission (SPEC §3.1, §5.2).
// Flow:   client text -> PublishRequest -> publisher
// Owns:   its text. Thread: any (a value). Fails: never.
#pragma once

#include "notifyd/core/message.hpp"
#include "notifyd/core/topic_name.hpp"

#include <optional>
#include <string>

namespace notifyd::wire {

struct PublishRequest {
    // Not empty; whether such a channel exists is the publisher's question.
    std::string target_channel;
    MessageType type = MessageType::standard;
    TopicName topic;
    // 1–128 characters; always nullopt for a standard message.
    std::optional<std::string> group_id;
    Numbering numbering = Numbering::none;
    // 1–128 characters, from messageDeduplicationId, else from idempotencyKey; the header Idempotency-Key takes the
    // place that the body leaves.
    std::optional<std::string> deduplication_id;
    // The payload's members as the client wrote them, joined by commas, without the braces; names that the server
    // writes itself are left out. Goes to message_head.
    std::string payload_fields;
};

}  // namespace notifyd::wire
