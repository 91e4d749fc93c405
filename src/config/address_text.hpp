// Parses addresses and ports in config values, alone or inside URLs and origins.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace notifyd::config {

// `family`: AF_INET or AF_INET6.
[[nodiscard]] bool is_ip(std::string_view text, int family);
// "[::1]"
[[nodiscard]] bool is_ip_in_brackets(std::string_view text);
// At least one digit, and nothing else.
[[nodiscard]] bool is_digits(std::string_view text);
// 0 to 65535.
[[nodiscard]] std::optional<std::uint16_t> parse_port(std::string_view text);

}  // namespace notifyd::config
