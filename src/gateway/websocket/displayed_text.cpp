// Copies valid characters one by one.
#include "websocket/displayed_text.hpp"

#include "notifyd/core/utf8.hpp"

#include <algorithm>

namespace notifyd::gateway {

std::string displayed_text(std::string_view text, std::size_t bytes_max) {
    std::string shown;
    while (!text.empty()) {
        const std::string_view character = leading_character(text);
        const std::string_view next = character.empty() ? replacement_character : character;
        if (shown.size() + next.size() > bytes_max) break;
        shown.append(next);
        text.remove_prefix(std::max<std::size_t>(character.size(), 1));
    }
    return shown;
}

}  // namespace notifyd::gateway
