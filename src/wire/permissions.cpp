// A grant may name its user in either of two ways; if it uses both, they must agree.
#include "notifyd/wire/permissions.hpp"

#include "notifyd/json/document.hpp"

#include "invalid.hpp"
#include "json_error.hpp"
#include "json_writer.hpp"
#include "known_names.hpp"
#include "list_query.hpp"
#include "query_reader.hpp"
#include "topic_fields.hpp"

#include <array>
#include <utility>

namespace notifyd::wire {

namespace {

// Reads a member that must be a string if it is present.
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

void append_permission(std::string& out, const Permission& permission) {
    append_string_member(out, "{\"userId\":", permission.user.get());
    append_topic(out += ',', permission.topic);
    append_string_member(out, ",\"role\":", to_string(permission.role));
    append_time_member(out, ",\"grantedAt\":", permission.granted_at);
    append_string_member(out, ",\"grantedBy\":", permission.granted_by.get());
    out += '}';
}

}  // namespace

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

Result<RevokeQuery> parse_revoke_query(const QueryParameters& parameters) {
    const QueryReader query(parameters);
    const auto names = query.check_names({"userId", "chatId", "targetClass", "targetId"});
    if (names.has_error()) return names.error();
    auto user = query.user("userId");
    if (user.has_error()) return user.error();
    if (!*user) return invalid("Missing required parameter: userId");
    auto topic = query.topic();
    if (topic.has_error()) return topic.error();
    return RevokeQuery{*std::move(*user), std::move(*topic)};
}

Result<PermissionsQuery> parse_permissions_query(const QueryParameters& parameters) {
    auto list = read_list_query(parameters);
    if (list.has_error()) return list.error();
    if (list->user && list->topic) return invalid("Give either userId or a topic, not both");
    return PermissionsQuery{std::move(list->user), std::move(list->topic), list->limit, std::move(list->start_key)};
}

std::string permission_reply(const Permission& permission) {
    std::string text = "{\"message\":\"Permission granted successfully\",\"permission\":";
    append_permission(text, permission);
    return text += '}';
}

std::string revoke_reply() {
    return "{\"message\":\"Permission revoked successfully\"}";
}

std::string permissions_page(const PermissionSubject& subject,
                             std::span<const Permission> permissions,
                             const std::optional<std::string>& next_key) {
    std::string text = "{";
    if (const UserId* const user = std::get_if<UserId>(&subject)) {
        append_string_member(text, "\"userId\":", user->get());
    } else if (const TopicName* const topic = std::get_if<TopicName>(&subject)) {
        append_topic(text, *topic);
    }
    append_array(text += ",\"permissions\":", permissions, append_permission);
    append_counts(text, permissions.size());
    if (next_key) append_string_member(text, ",\"nextStartKey\":", *next_key);
    return text += '}';
}

}  // namespace notifyd::wire
