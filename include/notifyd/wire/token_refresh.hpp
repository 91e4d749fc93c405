// The fresh JWT in an `auth:refresh` (docs/protocol.md#staying-connected).
// Fails:  invalid_request.
#pragma once

#include "notifyd/core/result.hpp"

#include <string>
#include <string_view>

namespace notifyd::wire {

[[nodiscard]] Result<std::string> parse_token_refresh(std::string_view payload);

}  // namespace notifyd::wire
