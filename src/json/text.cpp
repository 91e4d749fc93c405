#include "notifyd/json/text.hpp"

#include "notifyd/core/topic_name.hpp"
#include "notifyd/core/utf8.hpp"

#include "plain_text.hpp"

#include <cstddef>

namespace notifyd::json {

void append_unicode_escape(std::string& out, char32_t point) {
    constexpr std::string_view digits = "0123456789abcdef";
    out += "\\u";
    for (int shift = 12; shift >= 0; shift -= 4) out += digits[point >> shift & 0xF];
}

void append_escape(std::string& out, char c) {
    switch (c) {
        case '"':
            out += "\\\"";
            return;
        case '\\':
            out += "\\\\";
            return;
        case '\b':
            out += "\\b";
            return;
        case '\f':
            out += "\\f";
            return;
        case '\n':
            out += "\\n";
            return;
        case '\r':
            out += "\\r";
            return;
        case '\t':
            out += "\\t";
            return;
        default:
            append_unicode_escape(out, static_cast<unsigned char>(c));
    }
}

void append_string(std::string& out, std::string_view text) {
    out += '"';
    const char* const end = text.data() + text.size();
    const char* const special = skip_plain(text.data(), end);
    out.append(text.data(), special);
    text.remove_prefix(static_cast<std::size_t>(special - text.data()));
    const bool is_utf8 = text.empty() || is_valid_utf8(text);
    for (const char c : text) {
        const bool is_ascii = static_cast<signed char>(c) >= 0;
        if (is_plain(c) || (!is_ascii && is_utf8)) {
            out += c;
        } else if (is_ascii) {
            append_escape(out, c);
        } else {
            out += replacement_character;
        }
    }
    out += '"';
}

}  // namespace notifyd::json
