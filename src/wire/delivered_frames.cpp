// Appends the last fields to a head, and reads back the fields that identify a message.
#include "notifyd/wire/delivered_frames.hpp"

#include "notifyd/json/value.hpp"
#include "notifyd/wire/websocket_frame.hpp"

#include "json_writer.hpp"
#include "topic_fields.hpp"

#include <array>
#include <cstddef>
#include <optional>
#include <string>

namespace notifyd::wire {

namespace {

std::string_view head_of(const Delivery& delivery) {
    return delivery.message->head;
}
std::string_view head_of(const StoredMessage& message) {
    return message.head;
}

Form form_of(const Delivery& delivery) {
    return delivery.message->form;
}
Form form_of(const StoredMessage&) {
    return Form::message;
}

template <class Item>
FramePtr encode(std::span<const Item> items, EpochMs processed_at, unsigned retry_count) {
    std::string before;
    append_time_member(before, ",\"processorTimestamp\":", processed_at);
    std::string after;
    append_number_member(after, ",\"retryCount\":", retry_count);
    after += '}';
    std::string number;
    const auto pieces_of = [&](const Item& item) {
        if (form_of(item) == Form::envelope) return std::array<std::string_view, 4>{head_of(item)};
        number.clear();
        if (item.sequence != 0) append_number_member(number, ",\"sequenceNumber\":", item.sequence);
        return std::array<std::string_view, 4>{head_of(item), before, number, after};
    };
    std::size_t bytes = 0;
    for (const Item& item : items) bytes += websocket_frame_bytes(pieces_of(item));
    auto frames = Frame::make(bytes);
    char* out = frames->bytes();
    for (const Item& item : items) out = write_websocket_frame(out, Opcode::text, pieces_of(item));
    return frames;
}

// nullopt: a reply or another frame of the server, or a transient message, which is owed to nobody.
std::optional<UnsentMessage> read_message(std::string_view text) {
    json::Value id;
    json::Value type;
    json::Value sequence;
    json::Value processed_at;
    std::string_view head;
    TopicFields topic;
    json::MemberCursor members(json::root_value(text));
    while (const auto member = members.next()) {
        if (member->key == "messageId") id = member->value;
        // Only the server sets it.
        if (member->key == "transient") return std::nullopt;
        if (member->key == "messageType") type = member->value;
        if (member->key == "sequenceNumber") sequence = member->value;
        if (member->key == "processorTimestamp") {
            processed_at = member->value;
            // The head ends before the comma that precedes this member.
            head = text.substr(0, static_cast<std::size_t>(member->key_text.data() - text.data()) - 1);
        }
        if (member->key == "chatId") topic.chat_id = member->value.as_string();
        if (member->key == "targetClass") topic.target_class = member->value.as_string();
        if (member->key == "targetId") topic.target_id = member->value.as_string();
    }
    if (!id.exists() || !processed_at.exists()) return std::nullopt;
    const auto uuid = Uuid::parse(id.as_string().value_or(""));
    auto name = make_topic(topic, "");
    if (!uuid || name.has_error()) return std::nullopt;
    return UnsentMessage{.id = MessageId(*uuid),
                         .topic = std::move(*name),
                         .type = type.as_string() == "fifo" ? MessageType::fifo : MessageType::standard,
                         .sequence = sequence.as_unsigned().value_or(0),
                         .head = head};
}

}  // namespace

FramePtr delivered_frames(std::span<const Delivery> deliveries, EpochMs processed_at, unsigned retry_count) {
    return encode(deliveries, processed_at, retry_count);
}

FramePtr delivered_frames(std::span<const StoredMessage> messages, EpochMs processed_at, unsigned retry_count) {
    return encode(messages, processed_at, retry_count);
}

void visit_unsent(std::string_view block,
                  std::size_t sent,
                  const std::function<void(const UnsentMessage& message)>& visit) {
    std::size_t at = 0;
    while (const auto frame = first_websocket_frame(block.substr(at))) {
        at += frame->bytes;
        // A partial frame is useless to the receiver.
        if (frame->opcode != Opcode::text || at <= sent) continue;
        if (const auto message = read_message(frame->payload)) visit(*message);
    }
}

}  // namespace notifyd::wire
