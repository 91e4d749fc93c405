#include "notifyd/wire/presence.hpp"

#include "notifyd/core/presence_limits.hpp"
#include "notifyd/wire/server_frames.hpp"
#include "notifyd/wire/websocket_frame.hpp"

#include "character_count.hpp"
#include "envelope_payload.hpp"
#include "envelope_text.hpp"
#include "invalid.hpp"
#include "json_writer.hpp"
#include "name_list.hpp"
#include "query_reader.hpp"

#include <array>
#include <utility>

namespace notifyd::wire {

namespace {

static_assert(limits::presence_activity_chars_max == 128, "the error says so");

// `"userId":…,"status":…,…`
void append_member(std::string& out, const PresenceMember& member) {
    append_string_member(out, "\"userId\":", member.user.get());
    append_string_member(out, ",\"status\":", to_string(member.state.status));
    if (!member.state.activity.empty()) append_string_member(out, ",\"activity\":", member.state.activity);
    append_time_member(out, ",\"lastActiveAt\":", member.state.last_active_at);
}

void append_members(std::string& out, std::span<const PresenceMember> members) {
    append_array(out, members, [](std::string& array, const PresenceMember& member) {
        append_member(array += '{', member);
        array += '}';
    });
}

std::string presence_text(
    const RawJson& id, EpochMs now, const TopicName& topic, const RawJson& members, std::size_t count) {
    std::string text = open_envelope(id, "presence", now);
    append_string_member(text, "\"topic\":", topic.text());
    text.append(",\"members\":").append(members.text);
    append_number_member(text, ",\"count\":", count);
    return text;
}

}  // namespace

Result<TopicName> parse_presence_query(const QueryParameters& parameters) {
    const QueryReader query(parameters);
    const auto names = query.check_names({"chatId", "targetClass", "targetId"});
    if (names.has_error()) return names.error();
    return query.topic();
}

std::string presence_reply(const TopicName& topic, const PresenceList& list) {
    std::string text = "{";
    append_topic(text, topic);
    append_members(text += ",\"members\":", *list.members);
    append_number_member(text, ",\"count\":", list.count);
    return text += '}';
}

Result<std::vector<TopicName>> parse_presence_topics(std::string_view payload) {
    json::Value topics;
    const std::array<KnownMember, 1> known{{{"topics", &topics}}};
    if (auto error = read_payload(payload, known)) return *std::move(error);
    auto names = read_topics(topics);
    if (names.has_value() && names->empty()) return invalid("topics must name at least one topic");
    return names;
}

Result<PresenceUpdate> parse_presence_update(std::string_view payload) {
    json::Value status;
    json::Value activity;
    const std::array<KnownMember, 2> known{{{"status", &status}, {"activity", &activity}}};
    if (auto error = read_payload(payload, known)) return *std::move(error);
    PresenceUpdate update;
    const auto name = status.as_string();
    bool is_known = false;
    for (const PresenceStatus one : {PresenceStatus::online, PresenceStatus::away, PresenceStatus::busy}) {
        if (name != to_string(one)) continue;
        update.status = one;
        is_known = true;
    }
    if (!is_known) return invalid("status must be \"online\", \"away\" or \"busy\"");
    if (!activity.exists()) return update;
    auto text = activity.as_string();
    if (!text || count_characters(*text) > limits::presence_activity_chars_max) {
        return invalid("activity must be a string of at most 128 characters");
    }
    update.activity = *std::move(text);
    return update;
}

RawJson presence_members(std::span<const PresenceMember> members) {
    RawJson text;
    append_members(text.text, members);
    return text;
}

FramePtr presence_frame(
    const RawJson& id, EpochMs now, const TopicName& topic, const RawJson& members, std::size_t count) {
    return text_frame(presence_text(id, now, topic, members, count) += "}}");
}

FramePtr presence_changes(IdSource& ids,
                          EpochMs now,
                          const TopicName& topic,
                          std::span<const PresenceChange> changes,
                          const std::optional<std::size_t>& count) {
    std::vector<std::string> texts;
    for (const PresenceChange& change : changes) {
        std::string text = open_envelope(envelope_id(std::nullopt, ids), "presence:update", now);
        append_string_member(text, "\"topic\":", topic.text());
        append_member(text += ',', change.member);
        texts.push_back(text += "}}");
    }
    if (count) {
        const RawJson none{"[]"};
        std::string text = presence_text(envelope_id(std::nullopt, ids), now, topic, none, *count);
        texts.push_back(text += ",\"partial\":true}}");
    }
    const auto pieces_of = [](const std::string& text) { return std::array<std::string_view, 1>{text}; };
    std::size_t bytes = 0;
    for (const std::string& text : texts) bytes += websocket_frame_bytes(pieces_of(text));
    auto frames = Frame::make(bytes);
    char* out = frames->bytes();
    for (const std::string& text : texts) out = write_websocket_frame(out, Opcode::text, pieces_of(text));
    return frames;
}

}  // namespace notifyd::wire
