// Durations, sizes and numbers as text.
// Fails:  parsing gives nullopt.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace notifyd::config {

// Small enough that adding it to any clock cannot overflow.
inline constexpr std::chrono::milliseconds duration_max{std::chrono::days(3650)};
inline constexpr std::size_t size_max = std::size_t{1} << 40;

// "200ms", "30s", "5m", "2h", "30d"; "0" needs no unit. Up to duration_max.
[[nodiscard]] std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);
// "512", "512B", "256KiB", "4MiB", "1GiB". Up to size_max.
[[nodiscard]] std::optional<std::size_t> parse_size(std::string_view text);
[[nodiscard]] std::optional<std::int64_t> parse_integer(std::string_view text);
[[nodiscard]] std::optional<double> parse_real(std::string_view text);

// In the largest unit that needs no fraction: "90s", "2m".
[[nodiscard]] std::string to_text(std::chrono::milliseconds duration);
[[nodiscard]] std::string to_size_text(std::size_t bytes);

}  // namespace notifyd::config
