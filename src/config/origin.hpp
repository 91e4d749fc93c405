// Checks the origins in server.allowed_origins.
#pragma once

#include <string>
#include <string_view>

namespace notifyd::config {

// Empty for "*", for what a browser sends as Origin ("https://app.example.com"), and for the same with "*." in front of
// the host. Otherwise what is wrong, to be shown after the text. Strict, because an origin that no browser sends would
// silently never match.
[[nodiscard]] std::string problem_with_origin(std::string_view text);

}  // namespace notifyd::config
