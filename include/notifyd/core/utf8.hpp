// Character-by-character access to UTF-8 that may be malformed (RFC 3629). Results are views into the text.
#pragma once

#include <cstddef>
#include <string_view>

namespace notifyd {

// U+FFFD, to replace each byte that belongs to no character.
inline constexpr std::string_view replacement_character = "\xEF\xBF\xBD";

// The character at the start of the text; empty if there is no valid one.
[[nodiscard]] std::string_view leading_character(std::string_view text);

// At most `bytes_max` bytes of the text, without splitting a character.
[[nodiscard]] std::string_view leading_characters(std::string_view text, std::size_t bytes_max);

}  // namespace notifyd
