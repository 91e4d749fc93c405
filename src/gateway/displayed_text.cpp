// Character by character.
#include "displayed_text.hpp"

#include "notifyd/core/topic_name.hpp"

namespace notifyd::gateway {

namespace {

constexpr std::string_view replacement_character = "\xEF\xBF\xBD";

// By its first byte (RFC 3629).
std::size_t character_bytes(char first) {
    const auto lead = static_cast<unsigned char>(first);
    if (lead >= 0xF0) return 4;
    if (lead >= 0xE0) return 3;
    return lead >= 0xC0 ? 2 : 1;
}

}  // namespace

std::string displayed_text(std::string_view text, std::size_t bytes_max) {
    std::string shown;
    while (!text.empty()) {
        const std::string_view character = text.substr(0, character_bytes(text.front()));
        const bool is_character = is_valid_utf8(character);
        const std::string_view next = is_character ? character : replacement_character;
        if (shown.size() + next.size() > bytes_max) break;
        shown.append(next);
        text.remove_prefix(is_character ? character.size() : 1);
    }
    return shown;
}

}  // namespace notifyd::gateway
