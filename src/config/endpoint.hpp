// Addresses, networks, URLs and paths as the config writes them.
// Owns: nothing. Thread: any. Fails: parsing gives nullopt.
#pragma once

#include "notifyd/config/config.hpp"

#include <optional>
#include <string_view>

namespace notifyd::config {

// "0.0.0.0:8443", "[::]:8443" or "unix:/absolute/path"; IP literals only, since a name may change its mind.
[[nodiscard]] std::optional<Endpoint> parse_endpoint(std::string_view text);
// "10.0.0.0/8", "fd00::/8", or an address alone.
[[nodiscard]] std::optional<Network> parse_network(std::string_view text);
// "http://host" or "https://host", and what may follow.
[[nodiscard]] bool is_http_url(std::string_view text);
// "", or "/segment" once or more, without a slash at the end.
[[nodiscard]] bool is_base_path(std::string_view text);

}  // namespace notifyd::config
