// Single characters of a JSON text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace notifyd::json {

constexpr bool is_whitespace(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

inline const char* skip_whitespace(const char* at, const char* end) {
    while (at < end && is_whitespace(*at)) ++at;
    return at;
}

constexpr bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

inline std::string_view between(const char* begin, const char* end) {
    return {begin, static_cast<std::size_t>(end - begin)};
}

// Code units that stand for a character only in pairs.
constexpr bool is_leading_surrogate(std::uint32_t unit) {
    return unit >= 0xD800 && unit <= 0xDBFF;
}
constexpr bool is_trailing_surrogate(std::uint32_t unit) {
    return unit >= 0xDC00 && unit <= 0xDFFF;
}

}  // namespace notifyd::json
