// Which browsers' pages may connect and read answers (docs/protocol.md#http).
// Owns: nothing. Thread: any. Fails: never.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace notifyd::gateway {

// What Access-Control-Allow-Origin says to this Origin: "*", the origin itself, or nothing: it is not allowed.
// `allowed` are those of the config, which has checked their form.
[[nodiscard]] std::string_view allowed_origin(const std::vector<std::string>& allowed, std::string_view origin);

}  // namespace notifyd::gateway
