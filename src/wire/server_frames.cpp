// Encoding of everything that goes to a socket as a text frame.
#include "notifyd/wire/server_frames.hpp"

#include "notifyd/core/http_status.hpp"

#include "envelope_text.hpp"
#include "json_writer.hpp"
#include "receipt_text.hpp"

#include <cstddef>

namespace notifyd::wire {

namespace {

void append_retry_after(std::string& out, const Error& error) {
    if (error.code == Errc::rate_limited) append_number_member(out, ",\"retryAfterMs\":", error.retry_after.count());
}

// `{"chat:abc":42,…}`
void append_positions(std::string& out, std::span<const TopicName> topics, std::span<const Sequence> positions) {
    out += '{';
    for (std::size_t i = 0; i < topics.size(); ++i) {
        if (i != 0) out += ',';
        append_string(out, topics[i].text());
        append_number_member(out, ":", positions[i]);
    }
    out += '}';
}

std::string open_send_error(const Error& error, const std::optional<RawJson>& request_id) {
    std::string text = "{\"type\":\"error\"";
    append_string_member(text, ",\"error\":", error.message);
    append_string_member(text, ",\"code\":", to_string(error.code));
    append_number_member(text, ",\"statusCode\":", http_status(error.code));
    append_retry_after(text, error);
    if (request_id) text.append(",\"requestId\":").append(request_id->text);
    return text;
}

FramePtr subscription_frame(const RawJson& id, std::string_view type, EpochMs now, const Subscribed& state) {
    std::string text = open_envelope(id, type, now);
    append_string_array(text += "\"channels\":", state.channels);
    append_topic_array(text += ",\"topics\":", state.topics);
    append_positions(text += ",\"positions\":", state.topics, state.positions);
    return text_frame(text += "}}");
}

// Only chat ids, as the name says.
void append_authorized(std::string& out, std::span<const TopicName> topics) {
    out += ",\"authorizedChatIds\":[";
    bool first = true;
    for (const TopicName& topic : topics) {
        if (topic.topic_class() != TopicClass::chat) continue;
        if (!first) out += ',';
        first = false;
        append_string(out, topic.id());
    }
    out += ']';
}

}  // namespace

std::string message_head(const Message& message, std::string_view payload_fields) {
    // Room for everything but hostile escapes: ids, names and times.
    constexpr std::size_t own_fields_bytes = 320;
    std::string head;
    head.reserve(payload_fields.size() + own_fields_bytes + message.topic.text().size() + message.sender.get().size() +
                 message.group_id.size());
    head += '{';
    head += payload_fields;
    if (!payload_fields.empty()) head += ',';
    append_topic(head, message.topic);
    append_string_member(head, ",\"userId\":", message.sender.get());
    append_string_member(head, ",\"messageId\":", message.id.get().to_string());
    append_string_member(head, ",\"messageType\":", to_string(message.type));
    append_string_member(head, ",\"targetChannel\":", message.target_channel);
    append_time_member(head, ",\"publishTimestamp\":", message.published_at);
    if (message.type == MessageType::fifo) append_string_member(head, ",\"messageGroupId\":", message.group_id);
    if (message.lifetime == Lifetime::transient) head += transient_member;
    return head;
}

FramePtr send_answer(const Receipt& receipt, const std::optional<RawJson>& request_id) {
    std::string text = "{\"type\":\"receipt\",";
    append_receipt_members(text, receipt, "Message sent successfully via WebSocket!");
    if (request_id) text.append(",\"requestId\":").append(request_id->text);
    return text_frame(text += '}');
}

FramePtr send_error(const Error& error, const std::optional<RawJson>& request_id) {
    return text_frame(open_send_error(error, request_id) += '}');
}

FramePtr send_forbidden(const Error& error,
                        const std::optional<RawJson>& request_id,
                        std::span<const TopicName> authorized) {
    std::string text = open_send_error(error, request_id);
    append_authorized(text, authorized);
    return text_frame(text += '}');
}

FramePtr ack_success(const Receipt& receipt, const RawJson& ack_id) {
    const std::string message_id = receipt.id.get().to_string();
    std::string text = "{\"type\":\"ack\",\"ackId\":" + ack_id.text + ",\"status\":\"success\"";
    append_string_member(text, ",\"messageId\":", message_id);
    append_string_member(text, ",\"snsMessageId\":", message_id);
    append_string_member(text, ",\"messageType\":", to_string(receipt.type));
    append_time_member(text, ",\"timestamp\":", receipt.timestamp);
    text += ",\"sequenceNumber\":";
    if (receipt.sequence != 0) {
        append_number(text, receipt.sequence);
    } else {
        text += "null";
    }
    if (receipt.lifetime == Lifetime::transient) text += transient_member;
    if (receipt.duplicate) text += duplicate_member;
    return text_frame(text += '}');
}

FramePtr ack_error(const Error& error, const RawJson& ack_id) {
    std::string text = "{\"type\":\"ack\",\"ackId\":" + ack_id.text + ",\"status\":\"error\"";
    append_string_member(text, ",\"error\":", error.message);
    append_string_member(text, ",\"code\":", to_string(error.code));
    return text_frame(text += '}');
}

FramePtr connected_frame(const Connected& connected) {
    std::string text = "{\"type\":\"connected\"";
    append_string_member(text, ",\"connectionId\":", connected.connection.get().to_string());
    append_string_member(text, ",\"userId\":", connected.user.get());
    append_topic_array(text += ",\"topics\":", connected.topics);
    append_positions(text += ",\"positions\":", connected.topics, connected.positions);
    if (connected.refused) append_topic_array(text += ",\"refused\":", *connected.refused);
    append_string_member(text, ",\"epoch\":", connected.epoch);
    append_number_member(
        text, ",\"heartbeatSeconds\":", std::chrono::duration_cast<std::chrono::seconds>(connected.heartbeat).count());
    append_number_member(text, ",\"serverTime\":", connected.server_time);
    return text_frame(text += '}');
}

RawJson envelope_id(const std::optional<RawJson>& from_client, IdSource& ids) {
    if (from_client) return *from_client;
    return RawJson{'"' + ids.random().to_string() + '"'};
}

FramePtr pong(const RawJson& id, EpochMs now) {
    return text_frame(open_envelope(id, "pong", now) += "}}");
}

FramePtr subscribed(const RawJson& id, EpochMs now, const Subscribed& state) {
    return subscription_frame(id, "subscribed", now, state);
}

FramePtr unsubscribed(const RawJson& id, EpochMs now, const Subscribed& state) {
    return subscription_frame(id, "unsubscribed", now, state);
}

FramePtr auth_refreshed(const RawJson& id, EpochMs now, EpochMs expires_at) {
    std::string text = open_envelope(id, "auth:refreshed", now);
    append_number_member(text, "\"expiresAt\":", expires_at);
    return text_frame(text += "}}");
}

FramePtr envelope_error(const RawJson& id, EpochMs now, const Error& error) {
    std::string text = open_envelope(id, "error", now);
    append_string_member(text, "\"code\":", to_string(error.code));
    append_string_member(text, ",\"message\":", error.message);
    append_retry_after(text, error);
    return text_frame(text += "}}");
}

namespace {

void append_point(std::string& out, std::string_view name, const ResumePoint& point) {
    if (const auto* const number = std::get_if<Sequence>(&point)) {
        append_number_member(out, name, *number);
    } else {
        append_string_member(out, name, std::get<MessageId>(point).get().to_string());
    }
}

}  // namespace

FramePtr resumed_frame(const Resumed& resumed) {
    std::string text = "{\"type\":\"resumed\"";
    append_string_member(text, ",\"topic\":", resumed.topic.text());
    append_point(text, ",\"from\":", resumed.from);
    append_point(text, ",\"to\":", resumed.to);
    append_number_member(text, ",\"count\":", resumed.count);
    text += resumed.incomplete_because.empty() ? ",\"complete\":true" : ",\"complete\":false";
    if (!resumed.incomplete_because.empty()) {
        if (resumed.oldest != 0) append_number_member(text, ",\"oldest\":", resumed.oldest);
        append_string_member(text, ",\"reason\":", resumed.incomplete_because);
    }
    append_string_member(text, ",\"epoch\":", resumed.epoch);
    return text_frame(text += '}');
}

FramePtr granted(const RawJson& id, EpochMs now, const TopicName& topic, Role role) {
    std::string text = open_envelope(id, "granted", now);
    append_string_member(text, "\"topic\":", topic.text());
    append_string_member(text, ",\"role\":", to_string(role));
    return text_frame(text += "}}");
}

FramePtr revoked(const RawJson& id, EpochMs now, std::span<const TopicName> topics) {
    std::string text = open_envelope(id, "revoked", now);
    append_topic_array(text += "\"topics\":", topics);
    return text_frame(text += "}}");
}

}  // namespace notifyd::wire
