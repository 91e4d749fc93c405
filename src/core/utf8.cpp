// Splitting of UTF-8 text into characters.
#include "notifyd/core/utf8.hpp"

#include "notifyd/core/topic_name.hpp"

#include <cstddef>

namespace notifyd {

namespace {

std::size_t length_after(char first) {
    const auto lead = static_cast<unsigned char>(first);
    if (lead >= 0xF0) return 4;
    if (lead >= 0xE0) return 3;
    return lead >= 0xC0 ? 2 : 1;
}

}  // namespace

std::string_view leading_character(std::string_view text) {
    if (text.empty()) return {};
    const std::string_view character = text.substr(0, length_after(text.front()));
    return is_valid_utf8(character) ? character : std::string_view();
}

std::string_view leading_characters(std::string_view text, std::size_t bytes_max) {
    if (text.size() <= bytes_max) return text;
    const auto is_continuation = [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U; };
    while (bytes_max > 0 && is_continuation(text[bytes_max])) --bytes_max;
    return text.substr(0, bytes_max);
}

}  // namespace notifyd
