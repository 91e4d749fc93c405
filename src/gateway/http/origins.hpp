// Which web pages may connect and read replies (docs/protocol.md#http).
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace notifyd::gateway {

// The value of Access-Control-Allow-Origin for this Origin: "*", the origin itself, or empty if it is not allowed.
// `allowed` comes from the config, which has validated it.
[[nodiscard]] std::string_view allowed_origin(const std::vector<std::string>& allowed, std::string_view origin);

}  // namespace notifyd::gateway
