// Lengths as the protocol counts them: in characters, not in bytes.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace notifyd::wire {

// Of valid UTF-8.
[[nodiscard]] inline std::size_t count_characters(std::string_view text) {
    const auto starts_character = [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; };
    return static_cast<std::size_t>(std::ranges::count_if(text, starts_character));
}

}  // namespace notifyd::wire
