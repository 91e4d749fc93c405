// Makes text from a client safe to display: valid UTF-8 of limited length. Pure. U+FFFD replaces each byte that is not
// UTF-8.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace notifyd::gateway {

// At most `bytes_max` bytes, whole characters.
[[nodiscard]] std::string displayed_text(std::string_view text, std::size_t bytes_max);

}  // namespace notifyd::gateway
