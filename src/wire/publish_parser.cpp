// The rules of a publish, in the order in which violations are reported.
#include "publish_parser.hpp"

#include "notifyd/core/limits.hpp"

#include "character_count.hpp"
#include "invalid.hpp"
#include "topic_fields.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>

namespace notifyd::wire {

namespace {

// Names that the server writes itself, or by which its frames and tombstones are recognised
// (docs/protocol.md#reserved-payload-names): no payload sets them.
constexpr std::array<std::string_view, 20> reserved_names{"chatId",         "targetClass",
                                                          "targetId",       "userId",
                                                          "messageId",      "messageType",
                                                          "targetChannel",  "publishTimestamp",
                                                          "sequenceNumber", "messageGroupId",
                                                          "retryCount",     "type",
                                                          "timestamp",      "ttl",
                                                          "channel",        "processorTimestamp",
                                                          "deleted",        "deletedAt",
                                                          "editedAt",       "transient"};

bool is_reserved(std::string_view name) {
    return std::find(reserved_names.begin(), reserved_names.end(), name) != reserved_names.end();
}

Error missing_parameters() {
    return invalid("Missing required parameters: targetChannel and payload are required");
}

// The payload: the members that the server reads, where null counts as absent, and the fields to pass on.
struct Payload {
    json::Value chat_id;
    json::Value target_class;
    json::Value target_id;
    json::Value event_type;
    json::Value generate_sequence;
    json::Value custom_sequence;
    json::Value multi_part;
    std::string fields;

    void take(std::string_view key, json::Value value) {
        if (value.kind() == json::Kind::null) return;
        if (key == "chatId") chat_id = value;
        if (key == "targetClass") target_class = value;
        if (key == "targetId") target_id = value;
        if (key == "eventType") event_type = value;
        if (key == "generateSequence") generate_sequence = value;
        if (key == "customSequence") custom_sequence = value;
        if (key == "multiPartMetadata") multi_part = value;
    }
};

Payload read_payload(std::span<const json::Member> members, std::size_t bytes) {
    Payload payload;
    payload.fields.reserve(bytes);
    for (const json::Member& member : members) {
        payload.take(member.key, member.value);
        if (is_reserved(member.key)) continue;
        if (!payload.fields.empty()) payload.fields += ',';
        payload.fields.append(member.key_text).append(1, ':').append(member.value.text());
    }
    return payload;
}

// A value that must be a string if it exists; otherwise `ill_typed` becomes true.
std::optional<std::string> optional_string(json::Value value, bool& ill_typed) {
    if (!value.exists()) return std::nullopt;
    auto text = value.as_string();
    if (!text) ill_typed = true;
    return text;
}

Result<TopicName> read_topic(const Payload& payload) {
    bool ill_typed = false;
    const TopicFields fields{optional_string(payload.chat_id, ill_typed),
                             optional_string(payload.target_class, ill_typed),
                             optional_string(payload.target_id, ill_typed)};
    if (ill_typed) {
        return invalid(
            "Missing required parameter: payload.chatId or payload.targetId with payload.targetClass (as strings)");
    }
    return make_topic(fields, "payload.");
}

std::optional<MessageType> read_type(json::Value value) {
    if (!value.exists()) return MessageType::standard;
    const auto text = value.as_string();
    if (text == "fifo") return MessageType::fifo;
    if (text == "standard") return MessageType::standard;
    return std::nullopt;
}

// Success with nullopt if it is absent.
Result<std::optional<std::string>> read_id(json::Value value, std::string_view name, std::size_t chars_max) {
    if (!value.exists()) return std::optional<std::string>{};
    auto text = value.as_string();
    if (!text || text->empty() || count_characters(*text) > chars_max) {
        return invalid(std::string(name) + " must be a string of 1 to " + std::to_string(chars_max) + " characters");
    }
    return text;
}

bool is_positive(json::Value value) {
    return value.as_unsigned().value_or(0) > 0;
}

// The named member of an object; kind none if there is no such member, or if the value is not an object.
json::Value member_of(json::Value object, std::string_view name) {
    json::MemberCursor members(object);
    while (const auto member = members.next()) {
        if (member->key == name) return member->value;
    }
    return {};
}

std::optional<Error> check_custom_sequence(json::Value value) {
    if (!value.exists()) return std::nullopt;
    if (is_positive(member_of(value, "number")) && member_of(value, "scope").kind() == json::Kind::string) {
        return std::nullopt;
    }
    return invalid("payload.customSequence must be an object with number (a positive integer) and scope (a string)");
}

std::optional<Error> check_multi_part(json::Value value) {
    if (!value.exists()) return std::nullopt;
    const auto total = member_of(value, "totalParts").as_unsigned().value_or(0);
    const auto part = member_of(value, "partNumber").as_unsigned().value_or(0);
    const bool has_group = member_of(value, "groupId").kind() == json::Kind::string;
    if (has_group && part > 0 && part <= total) return std::nullopt;
    return invalid(
        "payload.multiPartMetadata must be an object with groupId (a string), totalParts and partNumber (positive "
        "integers, partNumber at most totalParts)");
}

std::optional<Error> check_passed_through(const Payload& payload) {
    if (payload.event_type.exists() && payload.event_type.kind() != json::Kind::string) {
        return invalid("payload.eventType must be a string");
    }
    if (auto error = check_custom_sequence(payload.custom_sequence)) return error;
    return check_multi_part(payload.multi_part);
}

// Reserved features: accepting them and doing something else would be a false promise (docs/protocol.md#post-publish).
std::optional<Error> check_unsupported(const PublishMembers& members) {
    if (members.deliver_at.exists()) {
        return invalid("deliverAt is not supported by this version: publish the message when it is due");
    }
    return std::nullopt;
}

Result<Lifetime> read_lifetime(json::Value value, MessageType type) {
    if (!value.exists()) return Lifetime::kept;
    const auto transient = value.as_boolean();
    if (!transient) return invalid("transient must be true or false");
    if (!*transient) return Lifetime::kept;
    if (type == MessageType::fifo) {
        return invalid("transient is for standard messages: a fifo message is always stored");
    }
    return Lifetime::transient;
}

// The id by which repeats are recognised, for both types.
std::optional<Error> read_deduplication(const PublishMembers& members, PublishRequest& request) {
    constexpr std::size_t chars_max = limits::deduplication_id_chars_max;
    auto id = read_id(members.deduplication_id, "messageDeduplicationId", chars_max);
    if (id.has_error()) return id.error();
    auto key = read_id(members.idempotency_key, "idempotencyKey", chars_max);
    if (key.has_error()) return key.error();
    request.deduplication_id = std::move(*id ? *id : *key);
    return std::nullopt;
}

// Group and numbering: a standard message has neither.
std::optional<Error> read_fifo_members(const PublishMembers& members, const Payload& payload, PublishRequest& request) {
    if (request.type != MessageType::fifo) return std::nullopt;
    auto group = read_id(members.group_id, "messageGroupId", limits::group_id_chars_max);
    if (group.has_error()) return group.error();
    request.group_id = std::move(*group);

    const json::Value generate =
        members.generate_sequence.exists() ? members.generate_sequence : payload.generate_sequence;
    if (generate.exists() && !generate.as_boolean()) return invalid("generateSequence must be true or false");
    request.numbering = generate.as_boolean().value_or(true) ? Numbering::consecutive : Numbering::none;
    return std::nullopt;
}

}  // namespace

std::array<KnownMember, 9> PublishMembers::known() {
    return {{{"targetChannel", &target_channel},
             {payload_name, &payload},
             {"messageType", &message_type},
             {"messageGroupId", &group_id},
             {"messageDeduplicationId", &deduplication_id},
             {"idempotencyKey", &idempotency_key},
             {"generateSequence", &generate_sequence},
             {"deliverAt", &deliver_at},
             {"transient", &transient}}};
}

Result<PublishRequest> make_publish_request(const PublishMembers& members,
                                            std::span<const json::Member> payload_members) {
    if (!members.target_channel.exists() || !members.payload.exists()) return missing_parameters();
    auto target_channel = members.target_channel.as_string();
    if (!target_channel) return invalid("targetChannel must be a string such as \"WebSocket\"");
    if (target_channel->empty()) return missing_parameters();
    if (members.payload.kind() != json::Kind::object) {
        return invalid("payload must be an object such as {\"chatId\": \"…\", \"content\": …}");
    }
    const auto type = read_type(members.message_type);
    if (!type) return invalid("Invalid messageType. Must be \"fifo\" or \"standard\"");

    Payload payload = read_payload(payload_members, members.payload.text().size());
    auto topic = read_topic(payload);
    if (topic.has_error()) return topic.error();
    if (auto error = check_passed_through(payload)) return *std::move(error);
    if (auto error = check_unsupported(members)) return *std::move(error);

    const auto lifetime = read_lifetime(members.transient, *type);
    if (lifetime.has_error()) return lifetime.error();

    PublishRequest request{.target_channel = std::move(*target_channel),
                           .type = *type,
                           .topic = std::move(*topic),
                           .group_id = std::nullopt,
                           .numbering = Numbering::none,
                           .lifetime = *lifetime,
                           .deduplication_id = std::nullopt,
                           .payload_fields = std::move(payload.fields)};
    if (auto error = read_deduplication(members, request)) return *std::move(error);
    if (auto error = read_fifo_members(members, payload, request)) return *std::move(error);
    return request;
}

Result<PublishRequest> read_publish(const json::Document& document) {
    PublishMembers members;
    if (auto error = read_members(document.members(), members.known())) return *std::move(error);
    return make_publish_request(members, document.inner_members());
}

}  // namespace notifyd::wire
