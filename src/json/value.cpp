// In a valid text only quotes, brackets and separators matter for finding a value's end.
#include "notifyd/json/value.hpp"

#include "characters.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstring>

namespace notifyd::json {

namespace {

// Returns the position after the next separator and the whitespace around it.
const char* skip_separator(const char* at, const char* end, char separator) {
    at = skip_whitespace(at, end);
    return at != end && *at == separator ? skip_whitespace(at + 1, end) : at;
}

// Returns the position after the string that begins at `at`.
const char* string_end(const char* at, const char* end) {
    const char* from = at + 1;
    while (from < end) {
        const auto* const quote =
            static_cast<const char*>(std::memchr(from, '"', static_cast<std::size_t>(end - from)));
        if (quote == nullptr) break;
        const char* slash = quote;
        while (slash != from && slash[-1] == '\\') --slash;
        if ((quote - slash) % 2 == 0) return quote + 1;
        from = quote + 1;
    }
    return end;
}

// Returns the position after the array or object that begins at `at`.
const char* container_end(const char* at, const char* end) {
    std::size_t open = 0;
    while (at < end) {
        const char c = *at;
        if (c == '"') {
            at = string_end(at, end);
            continue;
        }
        ++at;
        if (c == '{' || c == '[') ++open;
        if ((c == '}' || c == ']') && --open == 0) return at;
    }
    return end;
}

// Returns the position after the value that begins at `at`.
const char* value_end(const char* at, const char* end) {
    if (at == end) return end;
    if (*at == '"') return string_end(at, end);
    if (*at == '{' || *at == '[') return container_end(at, end);
    while (at != end && *at != ',' && *at != '}' && *at != ']' && !is_whitespace(*at)) ++at;
    return at;
}

// Cuts `length` bytes off the front of the text.
std::string_view take(std::string_view& text, std::size_t length) {
    const std::string_view front = text.substr(0, length);
    text.remove_prefix(front.size());
    return front;
}

// The inside of an array or object.
std::string_view inside(Value value, Kind kind) {
    const std::string_view text = value.text();
    if (value.kind() != kind || text.size() < 2) return {};
    const char* const end = text.data() + text.size() - 1;
    return between(skip_whitespace(text.data() + 1, end), end);
}

void append_utf8(std::string& out, std::uint32_t point) {
    const auto tail = [&](unsigned shift) { out += static_cast<char>(0x80U | ((point >> shift) & 0x3FU)); };
    if (point < 0x80) {
        out += static_cast<char>(point);
    } else if (point < 0x800) {
        out += static_cast<char>(0xC0U | (point >> 6U));
        tail(0);
    } else if (point < 0x10000) {
        out += static_cast<char>(0xE0U | (point >> 12U));
        tail(6), tail(0);
    } else {
        out += static_cast<char>(0xF0U | (point >> 18U));
        tail(12), tail(6), tail(0);
    }
}

// Cuts four hex digits off the front.
std::uint32_t take_hex4(std::string_view& rest) {
    const std::string_view digits = take(rest, 4);
    std::uint32_t value = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
    return value;
}

// `rest` begins after the backslash.
void append_escape(std::string& out, std::string_view& rest) {
    const std::string_view letter = take(rest, 1);
    if (letter.empty()) return;
    switch (letter.front()) {
        case 'b':
            out += '\b';
            return;
        case 'f':
            out += '\f';
            return;
        case 'n':
            out += '\n';
            return;
        case 'r':
            out += '\r';
            return;
        case 't':
            out += '\t';
            return;
        case 'u':
            break;
        default:
            out += letter.front();
            return;
    }
    std::uint32_t point = take_hex4(rest);
    if (is_leading_surrogate(point)) {
        take(rest, 2);
        point = 0x10000 + ((point - 0xD800) << 10U) + (take_hex4(rest) - 0xDC00);
    }
    append_utf8(out, point);
}

}  // namespace

Kind Value::kind() const {
    if (text_.empty()) return Kind::none;
    switch (text_.front()) {
        case '{':
            return Kind::object;
        case '[':
            return Kind::array;
        case '"':
            return Kind::string;
        case 't':
        case 'f':
            return Kind::boolean;
        case 'n':
            return Kind::null;
        default:
            return Kind::number;
    }
}

std::optional<std::string> Value::as_string() const {
    if (kind() != Kind::string || text_.size() < 2) return std::nullopt;
    return unescape(text_);
}

std::optional<bool> Value::as_boolean() const {
    if (kind() != Kind::boolean) return std::nullopt;
    return text_.front() == 't';
}

std::optional<std::uint64_t> Value::as_unsigned() const {
    std::uint64_t value = 0;
    const char* const end = text_.data() + text_.size();
    const auto [stop, error] = std::from_chars(text_.data(), end, value);
    if (error != std::errc{} || stop != end) return std::nullopt;
    return value;
}

std::string unescape(std::string_view quoted) {
    std::string_view rest = quoted.substr(1, quoted.size() - 2);
    if (rest.find('\\') == std::string_view::npos) return std::string(rest);
    std::string out;
    out.reserve(rest.size());
    while (!rest.empty()) {
        out.append(take(rest, std::min(rest.size(), rest.find('\\'))));
        if (rest.empty()) break;
        take(rest, 1);
        append_escape(out, rest);
    }
    return out;
}

Value root_value(std::string_view text) {
    while (!text.empty() && is_whitespace(text.back())) text.remove_suffix(1);
    const char* const end = text.data() + text.size();
    return Value(between(skip_whitespace(text.data(), end), end));
}

MemberCursor::MemberCursor(Value object) : rest_(inside(object, Kind::object)) {}

std::optional<Member> MemberCursor::next() {
    if (rest_.empty()) return std::nullopt;
    const char* const begin = rest_.data();
    const char* const end = begin + rest_.size();
    const char* const key_end = string_end(begin, end);
    if (key_end - begin < 2) return std::nullopt;
    const char* const value = skip_separator(key_end, end, ':');
    const char* const after = value_end(value, end);
    rest_ = between(skip_separator(after, end, ','), end);

    Member member{between(begin + 1, key_end - 1), between(begin, key_end), Value(between(value, after))};
    if (member.key.find('\\') != std::string_view::npos) {
        unescaped_ = unescape(member.key_text);
        member.key = unescaped_;
    }
    return member;
}

ElementCursor::ElementCursor(Value array) : rest_(inside(array, Kind::array)) {}

std::optional<Value> ElementCursor::next() {
    if (rest_.empty()) return std::nullopt;
    const char* const begin = rest_.data();
    const char* const end = begin + rest_.size();
    const char* const after = value_end(begin, end);
    if (after == begin) return std::nullopt;
    rest_ = between(skip_separator(after, end, ','), end);
    return Value(between(begin, after));
}

}  // namespace notifyd::json
