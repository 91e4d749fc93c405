// Blocking users (docs/protocol.md#blocked-users): POST and DELETE /users/{userId}/block, GET /users?blocked=true.
// Fails: invalid_json, invalid_request.
#pragma once

#include "notifyd/core/limits.hpp"
#include "notifyd/core/query_parameters.hpp"
#include "notifyd/core/result.hpp"
#include "notifyd/core/user_block.hpp"
#include "notifyd/wire/json_limits.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace notifyd::wire {

struct BlockBody {
    std::optional<EpochMs> until{};
    std::string reason{};
};
// An empty body means a block without an end or a reason.
Result<BlockBody> parse_block_body(std::string_view body, const JsonLimits& limits);

struct BlockedUsersQuery {
    std::size_t limit = limits::page_messages_default;
    // As given by the client; opaque_key decodes it.
    std::optional<std::string> start_key{};
};
Result<BlockedUsersQuery> parse_blocked_users_query(const QueryParameters& query);

[[nodiscard]] std::string block_reply(const UserBlock& block);
[[nodiscard]] std::string unblock_reply();
[[nodiscard]] std::string blocked_users_page(std::span<const UserBlock> blocks,
                                             const std::optional<std::string>& next_key);

}  // namespace notifyd::wire
