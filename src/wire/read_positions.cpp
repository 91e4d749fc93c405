#include "notifyd/wire/read_positions.hpp"

#include "envelope_payload.hpp"
#include "envelope_text.hpp"
#include "invalid.hpp"
#include "json_writer.hpp"
#include "object_writer.hpp"
#include "query_reader.hpp"

#include <array>
#include <cstdint>
#include <utility>

namespace notifyd::wire {

namespace {

void write_chat(ObjectWriter& object, const Chat& chat) {
    object.topic(chat.topic).text("role", to_string(chat.role)).number("lastSequence", chat.last);
    object.number("readSequence", chat.read).number("unread", chat.last - chat.read);
    object.time("lastMessageAt", chat.last_message_at);
}

}  // namespace

Result<ReadFrame> parse_read(std::string_view payload) {
    json::Value topic;
    json::Value sequence;
    const std::array<KnownMember, 2> known{{{"topic", &topic}, {"sequenceNumber", &sequence}}};
    if (auto error = read_payload(payload, known)) return *std::move(error);
    const std::optional<std::string> text = topic.as_string();
    if (!text) return invalid("topic must be a string, such as \"chat:abc\"");
    Result<TopicName> name = TopicName::parse(*text);
    if (name.has_error()) return name.error();
    const std::optional<std::uint64_t> number = sequence.as_unsigned();
    if (!number) return invalid("sequenceNumber must be a whole number that is not negative");
    return ReadFrame{std::move(*name), *number};
}

std::string read_envelope(
    const RawJson& id, EpochMs now, const TopicName& topic, const UserId& user, Sequence sequence) {
    std::string text = open_envelope(id, "read", now);
    append_string_member(text, "\"topic\":", topic.text());
    append_string_member(text, ",\"userId\":", user.get());
    append_number_member(text, ",\"sequenceNumber\":", sequence);
    return text += "}}";
}

Result<ChatsQuery> parse_chats_query(const QueryParameters& parameters) {
    const QueryReader query(parameters);
    const auto names = query.check_names({"limit", "startKey"});
    if (names.has_error()) return names.error();
    const auto limit = query.limit();
    if (limit.has_error()) return limit.error();
    auto start_key = query.single_or_empty("startKey");
    if (start_key.has_error()) return start_key.error();
    return ChatsQuery{*limit, *std::move(start_key)};
}

std::string chats_page(std::span<const Chat> chats, const std::optional<std::string>& next_key) {
    return page_reply("chats", chats, write_chat, next_key);
}

}  // namespace notifyd::wire
