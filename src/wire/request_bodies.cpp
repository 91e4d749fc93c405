// HTTP bodies of POST /publish, /publish/batch and /permissions.
#include "notifyd/wire/api_types.hpp"
#include "notifyd/wire/batch_reader.hpp"

#include "json_error.hpp"
#include "known_names.hpp"
#include "publish_parser.hpp"
#include "topic_fields.hpp"

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>

namespace notifyd::wire {

namespace {

Error invalid(std::string sentence) {
    return {Errc::invalid_request, std::move(sentence)};
}

// A member that is a string if it is there.
std::optional<Error> read_string(json::Value value, std::string_view name, std::optional<std::string>& place) {
    if (!value.exists()) return std::nullopt;
    place = value.as_string();
    if (place) return std::nullopt;
    return invalid(std::string(name) + " must be a string");
}

// The members of a grant.
struct GrantMembers {
    std::optional<std::string> user_id;
    std::optional<std::string> target_user_id;
    std::optional<std::string> role;
    TopicFields topic;
};

Result<GrantMembers> read_grant_members(const json::Document& document) {
    json::Value user_id;
    json::Value target_user_id;
    json::Value role;
    json::Value chat_id;
    json::Value target_class;
    json::Value target_id;
    const std::array<KnownMember, 6> known{{{"userId", &user_id},
                                            {"targetUserId", &target_user_id},
                                            {"role", &role},
                                            {"chatId", &chat_id},
                                            {"targetClass", &target_class},
                                            {"targetId", &target_id}}};
    if (auto error = read_members(document.members(), known)) return *std::move(error);
    GrantMembers members;
    const std::array<std::optional<std::string>*, 6> places{&members.user_id,
                                                            &members.target_user_id,
                                                            &members.role,
                                                            &members.topic.chat_id,
                                                            &members.topic.target_class,
                                                            &members.topic.target_id};
    for (std::size_t i = 0; i < known.size(); ++i) {
        if (auto error = read_string(*known[i].place, known[i].name, *places[i])) return *std::move(error);
    }
    return members;
}

}  // namespace

Result<PublishRequest> parse_publish_body(std::string_view body, const JsonLimits& limits) {
    const json::Document document(body, limits.depth_max, payload_name);
    if (document.fault() != json::Fault::none) return json_error(document.fault(), JsonSource::body);
    return read_publish(document);
}

Result<std::vector<Result<PublishRequest>>> parse_batch_body(std::string_view body,
                                                             const JsonLimits& limits,
                                                             std::size_t message_bytes_max) {
    BatchReader reader(body, limits, message_bytes_max);
    while (reader.step()) continue;
    return reader.take();
}

Result<GrantBody> parse_grant_body(std::string_view body, const JsonLimits& limits) {
    const json::Document document(body, limits.depth_max);
    if (document.fault() != json::Fault::none) return json_error(document.fault(), JsonSource::body);
    auto members = read_grant_members(document);
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
    if (!role) return invalid("Invalid role. Must be \"viewer\", \"member\", \"admin\" or \"none\"");
    return GrantBody{std::move(*user_id), std::move(*topic), *role};
}

}  // namespace notifyd::wire
