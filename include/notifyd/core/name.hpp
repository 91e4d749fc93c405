// Names of channels and notification types, as used in configs, frames, headers and metric labels.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace notifyd {

inline constexpr std::size_t name_bytes_max = 64;

// 1 to 64 letters, digits, underscores and hyphens.
[[nodiscard]] inline bool is_name(std::string_view text) {
    return !text.empty() && text.size() <= name_bytes_max && std::ranges::all_of(text, [](char character) {
        return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
               (character >= '0' && character <= '9') || character == '_' || character == '-';
    });
}

}  // namespace notifyd
