// A grant may name its user in either of two ways; if it uses both, they must agree.
#include "notifyd/wire/permissions.hpp"

#include "body_reader.hpp"
#include "invalid.hpp"
#include "list_query.hpp"
#include "object_writer.hpp"
#include "query_reader.hpp"
#include "topic_fields.hpp"

#include <utility>

namespace notifyd::wire {

namespace {

void write_permission(ObjectWriter& object, const Permission& permission) {
    object.text("userId", permission.user.get())
        .topic(permission.topic)
        .text("role", to_string(permission.role))
        .time("grantedAt", permission.granted_at)
        .text("grantedBy", permission.granted_by.get());
}

}  // namespace

Result<GrantBody> parse_grant_body(std::string_view body, const JsonLimits& limits) {
    BodyReader fields(body, limits, {"userId", "targetUserId", "role", "chatId", "targetClass", "targetId"});
    const auto user_id = fields.text("userId");
    const auto target_user_id = fields.text("targetUserId");
    const auto role_text = fields.text("role");
    const TopicFields topic_fields = fields.topic_fields();
    if (fields.error()) return *fields.error();

    if (user_id && target_user_id && user_id != target_user_id) {
        return invalid("userId and targetUserId name different users");
    }
    const auto& named = user_id ? user_id : target_user_id;
    if (!named) return invalid("Missing required parameter: userId");
    auto user = make_user_id(*named);
    if (user.has_error()) return user.error();
    auto topic = make_topic(topic_fields, "");
    if (topic.has_error()) return topic.error();
    const auto role = role_text ? parse_role(*role_text) : Role::member;
    if (!role) return invalid("Invalid role. Must be \"viewer\", \"member\", \"admin\" or \"none\"");
    return GrantBody{std::move(*user), std::move(*topic), *role};
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
    JsonReply reply;
    reply.text("message", "Permission granted successfully").object("permission", permission, write_permission);
    return reply.take();
}

std::string revoke_reply() {
    JsonReply reply;
    reply.text("message", "Permission revoked successfully");
    return reply.take();
}

std::string permissions_page(const PermissionSubject& subject,
                             std::span<const Permission> permissions,
                             const std::optional<std::string>& next_key) {
    JsonReply reply;
    if (const UserId* const user = std::get_if<UserId>(&subject)) {
        reply.text("userId", user->get());
    } else if (const TopicName* const topic = std::get_if<TopicName>(&subject)) {
        reply.topic(*topic);
    }
    reply.objects("permissions", permissions, write_permission)
        .number("count", permissions.size())
        .number("scannedCount", permissions.size())
        .text("nextStartKey", next_key);
    return reply.take();
}

}  // namespace notifyd::wire
