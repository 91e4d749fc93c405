// How settings become text and text becomes a list.
#include "setting_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <variant>

namespace notifyd::config {

namespace {

constexpr std::size_t shown_bytes_max = 60;
// How the environment says that a list has no elements: an empty variable counts as not set.
constexpr std::string_view empty_list = "[]";

std::string_view trim(std::string_view text) {
    const std::size_t begin = text.find_first_not_of(' ');
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(' ') - begin + 1);
}

std::vector<std::string> split_at_commas(std::string_view text) {
    std::vector<std::string> parts;
    if (trim(text) == empty_list) return parts;
    for (std::size_t at = 0; at <= text.size();) {
        const std::size_t comma = std::min(text.find(',', at), text.size());
        parts.emplace_back(trim(text.substr(at, comma - at)));
        at = comma + 1;
    }
    return parts;
}

}  // namespace

bool is_blank(std::string_view text) {
    return text.find_first_not_of(" \t\r\n\v\f") == std::string_view::npos;
}

std::optional<std::string> as_text(const Setting& setting) {
    if (const auto* held = std::get_if<std::string>(&setting.value)) return *held;
    return std::nullopt;
}

std::optional<std::vector<std::string>> as_texts(const Setting& setting) {
    if (const auto* held = std::get_if<std::vector<std::string>>(&setting.value)) return *held;
    if (!setting.is_from_environment()) return std::nullopt;
    return split_at_commas(std::get<std::string>(setting.value));
}

bool is_empty_list(const Setting& setting) {
    const auto* const held = std::get_if<std::string>(&setting.value);
    return held != nullptr && trim(*held) == empty_list;
}

std::string in_quotes(std::string_view text) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out = "\"";
    for (const char character : text.substr(0, shown_bytes_max)) {
        const auto byte = static_cast<unsigned char>(character);
        if (byte >= 0x20 && byte < 0x7F) {
            out += character;
        } else {
            out += "\\x";
            out += digits[byte >> 4];
            out += digits[byte & 0xF];
        }
    }
    out += text.size() > shown_bytes_max ? "…\"" : "\"";
    return out;
}

std::string shown(const Setting& setting) {
    struct Show {
        std::string operator()(const std::string& held) const { return in_quotes(held); }
        std::string operator()(std::int64_t number) const { return std::to_string(number); }
        std::string operator()(double number) const { return config::shown(number); }
        std::string operator()(bool held) const { return held ? "true" : "false"; }
        std::string operator()(const std::vector<std::string>&) const { return "a list"; }
        std::string operator()(TableKind) const { return "a table"; }
        std::string operator()(const Foreign& foreign) const { return foreign.kind; }
    };
    return std::visit(Show{}, setting.value);
}

std::string shown(double number) {
    std::array<char, 32> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    return std::string(digits.data(), end);
}

}  // namespace notifyd::config
