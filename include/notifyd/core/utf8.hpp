// UTF-8 that may be broken, character by character (RFC 3629).
// Owns: nothing; views into the text. Thread: any. Fails: with an empty view.
#pragma once

#include <cstddef>
#include <string_view>

namespace notifyd {

// U+FFFD, for each byte that belongs to no character.
inline constexpr std::string_view replacement_character = "\xEF\xBF\xBD";

// The character that the text begins with; empty: it begins with none.
[[nodiscard]] std::string_view leading_character(std::string_view text);

// At most so many bytes of the text, without a character that does not fit as a whole.
[[nodiscard]] std::string_view leading_characters(std::string_view text, std::size_t bytes_max);

}  // namespace notifyd
