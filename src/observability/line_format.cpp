// Log lines as JSON and as text.
#include "line_format.hpp"

#include "escape.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <string_view>

namespace notifyd::observability {

namespace {

constexpr std::size_t level_width = 5;
constexpr std::size_t typical_line_bytes = 320;

void append_number(std::string& out, std::int64_t value) {
    std::array<char, 24> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    out.append(digits.data(), end);
}

void append_number(std::string& out, double value) {
    if (!std::isfinite(value)) {
        out += "null";
        return;
    }
    // Milliseconds to the microsecond; larger numbers are written in the shortest form.
    constexpr double fixed_max = 1e15;
    std::array<char, 40> digits{};
    char* const last = digits.data() + digits.size();
    const auto end = std::abs(value) < fixed_max
                         ? std::to_chars(digits.data(), last, value, std::chars_format::fixed, 3).ptr
                         : std::to_chars(digits.data(), last, value).ptr;
    out.append(digits.data(), end);
}

void append_quoted(std::string& out, std::string_view text) {
    out += '"';
    append_escaped(out, text);
    out += '"';
}

// Numbers and flags look the same in both forms.
void append_plain(std::string& out, std::int64_t value) {
    append_number(out, value);
}
void append_plain(std::string& out, double value) {
    append_number(out, value);
}
void append_plain(std::string& out, bool value) {
    out += value ? "true" : "false";
}

struct JsonValue {
    std::string& out;
    void operator()(std::string_view text) const { append_quoted(out, text); }
    void operator()(const auto& value) const { append_plain(out, value); }
};

bool is_word(std::string_view text) {
    return !text.empty() && text.size() <= log_value_bytes_max && std::ranges::all_of(text, [](char character) {
        return character > ' ' && character < '\x7F' && character != '"' && character != '\\' && character != '=';
    });
}

struct TextValue {
    std::string& out;
    void operator()(std::string_view text) const {
        if (is_word(text)) {
            out += text;
        } else {
            append_quoted(out, text);
        }
    }
    void operator()(const auto& value) const { append_plain(out, value); }
};

}  // namespace

std::string to_json_line(const LogLine& line) {
    std::string out;
    out.reserve(typical_line_bytes);
    out += R"({"timestamp":")";
    out += to_iso8601(line.time);
    out += R"(","level":")";
    out += config::to_string(line.level);
    out += R"(","event_type":")";
    out += line.event_type;
    out += '"';
    for (const LogField& field : line.fields) {
        out += ",\"";
        out += field.name;
        out += "\":";
        std::visit(JsonValue{out}, field.value);
    }
    out += '}';
    return out;
}

std::string to_text_line(const LogLine& line) {
    std::string out;
    out.reserve(typical_line_bytes);
    out += to_iso8601(line.time);
    out += ' ';
    const std::string_view level = config::to_string(line.level);
    out += level;
    out.append(level_width - std::min(level_width, level.size()) + 1, ' ');
    out += line.event_type;
    for (const LogField& field : line.fields) {
        out += ' ';
        out += field.name;
        out += '=';
        std::visit(TextValue{out}, field.value);
    }
    return out;
}

}  // namespace notifyd::observability
