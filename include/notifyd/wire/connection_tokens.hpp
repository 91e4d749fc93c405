// POST and DELETE /ws/token: bodies in, replies out.
// Fails: invalid_json, invalid_request.
#pragma once

#include "notifyd/core/clock.hpp"
#include "notifyd/core/result.hpp"
#include "notifyd/core/uuid.hpp"
#include "notifyd/wire/json_limits.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace notifyd::wire {

// The channels that the token is limited to, without repetitions. nullopt: no limit. The body may be empty.
Result<std::optional<std::vector<std::string>>> parse_connection_token_body(std::string_view body,
                                                                            const JsonLimits& limits);
[[nodiscard]] std::string connection_token_reply(std::string_view token, const Uuid& id, EpochMs expires_at);
[[nodiscard]] std::string tokens_revoked_reply(std::size_t count);

}  // namespace notifyd::wire
