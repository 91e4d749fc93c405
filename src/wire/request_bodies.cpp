// HTTP bodies of POST /publish, /publish/batch and /permissions.
#include "notifyd/wire/api_types.hpp"
#include "notifyd/wire/batch_reader.hpp"

#include "json_check.hpp"
#include "json_reader.hpp"
#include "publish_parser.hpp"
#include "topic_fields.hpp"

#include <optional>
#include <string>
#include <utility>

namespace notifyd::wire {

namespace {

Error invalid(std::string sentence) {
    return {Errc::invalid_request, std::move(sentence)};
}

std::optional<Error> check_body(std::string_view body, const JsonLimits& limits) {
    const JsonFault fault = check_json(body, limits);
    if (fault == JsonFault::none) return std::nullopt;
    return json_error(fault, JsonSource::body);
}

// The members of a grant, all of them strings.
struct GrantMembers {
    std::optional<std::string> user_id;
    std::optional<std::string> target_user_id;
    std::optional<std::string> role;
    TopicFields topic;

    // Where a member of this name goes; nullptr if a grant has none.
    std::optional<std::string>* place_of(std::string_view key) {
        if (key == "userId") return &user_id;
        if (key == "targetUserId") return &target_user_id;
        if (key == "role") return &role;
        if (key == "chatId") return &topic.chat_id;
        if (key == "targetClass") return &topic.target_class;
        if (key == "targetId") return &topic.target_id;
        return nullptr;
    }
};

Result<GrantMembers> read_grant_members(JsonValue object) {
    GrantMembers members;
    MemberCursor cursor(object);
    while (const auto member = cursor.next()) {
        auto* const place = members.place_of(member->key);
        if (place == nullptr) continue;
        *place = member->value.as_string();
        if (!*place) return invalid(std::string(member->key) + " must be a string");
    }
    return members;
}

}  // namespace

Result<PublishRequest> parse_publish_body(std::string_view body, const JsonLimits& limits) {
    if (auto error = check_body(body, limits)) return *std::move(error);
    return read_publish_object(root_value(body));
}

Result<std::vector<Result<PublishRequest>>> parse_batch_body(std::string_view body,
                                                             const JsonLimits& limits,
                                                             std::size_t message_bytes_max) {
    BatchReader reader(body, limits, message_bytes_max);
    while (reader.step()) continue;
    return reader.take();
}

Result<GrantBody> parse_grant_body(std::string_view body, const JsonLimits& limits) {
    if (auto error = check_body(body, limits)) return *std::move(error);
    auto members = read_grant_members(root_value(body));
    if (members.has_error()) return members.error();

    if (members->user_id && members->target_user_id && members->user_id != members->target_user_id) {
        return invalid("userId and targetUserId name different users");
    }
    const auto& user = members->user_id ? members->user_id : members->target_user_id;
    if (!user) return invalid("Missing required parameter: userId");
    auto user_id = make_user_id(*user);
    if (user_id.has_error()) return user_id.error();
    auto topic = make_topic(members->topic, "");
    if (topic.has_error()) return topic.error();
    const auto role = members->role ? parse_role(*members->role) : Role::member;
    if (!role) return invalid("Invalid role. Must be \"viewer\", \"member\" or \"admin\"");
    return GrantBody{std::move(*user_id), std::move(*topic), *role};
}

}  // namespace notifyd::wire
