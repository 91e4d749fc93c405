// What a client says of itself, fit to be shown: UTF-8, and not much of it. Pure.
// Owns: nothing. Thread: any. Fails: never: U+FFFD stands for each byte that is not UTF-8.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace notifyd::gateway {

// At most `bytes_max` bytes, whole characters.
[[nodiscard]] std::string displayed_text(std::string_view text, std::size_t bytes_max);

}  // namespace notifyd::gateway
