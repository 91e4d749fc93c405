// /permissions (docs/protocol.md#the-permissions-api): the body of a grant, queries, replies.
// Fails: invalid_json, invalid_request.
#pragma once

#include "notifyd/core/ids.hpp"
#include "notifyd/core/limits.hpp"
#include "notifyd/core/permission.hpp"
#include "notifyd/core/query_parameters.hpp"
#include "notifyd/core/result.hpp"
#include "notifyd/core/topic_name.hpp"
#include "notifyd/wire/json_limits.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

namespace notifyd::wire {

// POST
struct GrantBody {
    UserId user;
    TopicName topic;
    Role role = Role::member;
};
Result<GrantBody> parse_grant_body(std::string_view body, const JsonLimits& limits);
[[nodiscard]] std::string permission_reply(const Permission& permission);

// DELETE
struct RevokeQuery {
    UserId user;
    TopicName topic;
};
Result<RevokeQuery> parse_revoke_query(const QueryParameters& query);
[[nodiscard]] std::string revoke_reply();

// GET: of a user (the caller if neither is given) or of a topic, never of both.
struct PermissionsQuery {
    std::optional<UserId> user;
    std::optional<TopicName> topic;
    std::size_t limit = limits::page_messages_default;
    // As given by the client; opaque_key decodes it.
    std::optional<std::string> start_key;
};
Result<PermissionsQuery> parse_permissions_query(const QueryParameters& query);

// Whose permissions, or the topic whose members are listed.
using PermissionSubject = std::variant<UserId, TopicName>;
[[nodiscard]] std::string permissions_page(const PermissionSubject& subject,
                                           std::span<const Permission> permissions,
                                           const std::optional<std::string>& next_key);

}  // namespace notifyd::wire
