// Parses the addresses, networks, URLs and paths of the config.
#pragma once

#include "notifyd/config/config.hpp"

#include <optional>
#include <string_view>

namespace notifyd::config {

// "0.0.0.0:8443", "[::]:8443" or "unix:/absolute/path"; IP literals only, because a name may
// resolve differently the next time.
[[nodiscard]] std::optional<Endpoint> parse_endpoint(std::string_view text);
// "10.0.0.0/8", "fd00::/8", or a single address.
[[nodiscard]] std::optional<Network> parse_network(std::string_view text);
// "http://host" or "https://host", and whatever follows.
[[nodiscard]] bool is_http_url(std::string_view text);
// "", or one or more of "/segment", without a slash at the end.
[[nodiscard]] bool is_base_path(std::string_view text);

}  // namespace notifyd::config
