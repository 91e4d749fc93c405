// Escaping for log lines.
#include "escape.hpp"

#include "notifyd/core/utf8.hpp"
#include "notifyd/json/text.hpp"

namespace notifyd::observability {

namespace {

constexpr std::string_view ellipsis = "\xE2\x80\xA6";

bool is_plain(unsigned char byte) {
    return byte >= 0x20 && byte < 0x7F && byte != '"' && byte != '\\';
}
bool is_continuation(unsigned char byte) {
    return (byte & 0xC0) == 0x80;
}

// C1 controls, line and paragraph separators, marks that change the direction of text, the byte order mark.
bool is_unprintable(char32_t point) {
    return (point >= 0x80 && point < 0xA0) || point == 0x061C || point == 0x200E || point == 0x200F ||
           (point >= 0x2028 && point <= 0x202E) || (point >= 0x2066 && point <= 0x2069) || point == 0xFEFF;
}

// Everything that is escaped is in the basic plane, so two- and three-byte sequences suffice here.
char32_t code_point(std::string_view sequence) {
    const auto bits = [&](std::size_t at, unsigned mask) {
        return static_cast<char32_t>(static_cast<unsigned char>(sequence[at]) & mask);
    };
    if (sequence.size() == 2) return bits(0, 0x1F) << 6 | bits(1, 0x3F);
    if (sequence.size() == 3) return bits(0, 0x0F) << 12 | bits(1, 0x3F) << 6 | bits(2, 0x3F);
    return 0;
}

// In the log only these have a short form.
void append_ascii(std::string& out, char character) {
    constexpr std::string_view short_forms = "\"\\\n\r\t";
    if (short_forms.find(character) != std::string_view::npos) {
        json::append_escape(out, character);
    } else {
        json::append_unicode_escape(out, static_cast<unsigned char>(character));
    }
}

// Appends the character at the start of `rest` and returns how many bytes it took.
std::size_t append_sequence(std::string& out, std::string_view rest) {
    const std::string_view sequence = leading_character(rest);
    if (sequence.empty()) {
        out += replacement_character;
        return 1;
    }
    if (const char32_t point = code_point(sequence); is_unprintable(point)) {
        json::append_unicode_escape(out, point);
    } else {
        out += sequence;
    }
    return sequence.size();
}

std::string_view cut(std::string_view text) {
    std::size_t end = log_value_bytes_max;
    // Not in the middle of a character, but a run of stray continuation bytes must not be walked back without end.
    for (int back = 0; back < 3 && is_continuation(static_cast<unsigned char>(text[end])); ++back) --end;
    return text.substr(0, end);
}

}  // namespace

void append_escaped(std::string& out, std::string_view text) {
    const bool too_long = text.size() > log_value_bytes_max;
    if (too_long) text = cut(text);
    for (std::size_t at = 0; at < text.size();) {
        std::size_t end = at;
        while (end < text.size() && is_plain(static_cast<unsigned char>(text[end]))) ++end;
        out += text.substr(at, end - at);
        at = end;
        if (at == text.size()) break;
        if (static_cast<unsigned char>(text[at]) < 0x80) {
            append_ascii(out, text[at]);
            ++at;
        } else {
            at += append_sequence(out, text.substr(at));
        }
    }
    if (too_long) out += ellipsis;
}

}  // namespace notifyd::observability
