// A bare CR or LF, a folded line or a control character invalidates the request: other servers would see other lines
// there.
#include "http/field_lines.hpp"

#include <algorithm>

namespace notifyd::gateway {

namespace {

bool is_token_character(char c) {
    constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           marks.find(c) != std::string_view::npos;
}

}  // namespace

Error malformed_request() {
    return {Errc::invalid_request, "The request is not valid HTTP/1.1"};
}

bool is_control(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7F;
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

bool is_token(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, is_token_character);
}

bool is_token_list(std::string_view text) {
    for (;;) {
        const std::size_t comma = text.find(',');
        if (!is_token(trimmed(text.substr(0, comma)))) return false;
        if (comma == std::string_view::npos) return true;
        text.remove_prefix(comma + 1);
    }
}

Result<std::size_t> FieldLines::find_end(std::string_view text) {
    std::size_t at = scanned_;
    char previous = at == 0 ? '\0' : text[at - 1];
    // Other servers end a line at a bare LF, or continue one that begins with a space. No honest client sends that.
    for (; at < text.size(); previous = text[at], ++at) {
        const char c = text[at];
        const bool is_visible = c > ' ' && c <= '~';
        if (is_visible && previous != '\r') continue;
        if ((previous == '\r') != (c == '\n')) return malformed_request();
        if (c == '\n') {
            if (at == line_begin_ + 1) return at + 1;
            line_begin_ = at + 1;
        } else if (is_control(c) && c != '\r' && c != '\t') {
            return malformed_request();
        } else if (at == line_begin_ && (c == ' ' || c == '\t')) {
            return malformed_request();
        }
    }
    scanned_ = at;
    return std::size_t{0};
}

bool are_fields(std::string_view section) {
    while (!section.empty() && !section.starts_with("\r\n")) {
        const std::string_view line = section.substr(0, section.find("\r\n"));
        const std::size_t colon = line.find(':');
        if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) return false;
        section.remove_prefix(line.size() + 2);
    }
    return true;
}

}  // namespace notifyd::gateway
