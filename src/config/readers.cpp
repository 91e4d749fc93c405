// From a setting as written to a value of its type.
#include "readers.hpp"

#include "notifyd/config/units.hpp"

#include "endpoint.hpp"
#include "origin.hpp"
#include "secret_source.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <system_error>
#include <unistd.h>
#include <variant>

namespace notifyd::config {

namespace {

constexpr std::size_t shown_bytes_max = 60;
// How the environment says that a list has no elements: a variable that is empty is not set.
constexpr std::string_view empty_list = "[]";

std::optional<std::int64_t> as_integer(const Setting& setting) {
    if (const auto* number = std::get_if<std::int64_t>(&setting.value)) return *number;
    if (!setting.is_from_environment()) return std::nullopt;
    return parse_integer(std::get<std::string>(setting.value));
}

std::optional<double> as_real(const Setting& setting) {
    if (const auto* number = std::get_if<double>(&setting.value)) return *number;
    if (const auto* number = std::get_if<std::int64_t>(&setting.value)) return static_cast<double>(*number);
    if (!setting.is_from_environment()) return std::nullopt;
    return parse_real(std::get<std::string>(setting.value));
}

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

std::string shown_real(double number) {
    std::array<char, 32> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    return std::string(digits.data(), end);
}

// Empty when the file can be read.
std::string why_unreadable(const std::filesystem::path& path) {
    std::error_code error;
    if (std::filesystem::is_directory(path, error)) return "is a folder";
    if (::access(path.c_str(), R_OK) == 0) return "";
    return std::generic_category().message(errno);
}

}  // namespace

bool is_anything(std::string_view) {
    return true;
}
bool is_blank(std::string_view text) {
    return text.find_first_not_of(" \t\r\n\v\f") == std::string_view::npos;
}
bool is_not_empty(std::string_view text) {
    return !text.empty();
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
        std::string operator()(double number) const { return shown_real(number); }
        std::string operator()(bool held) const { return held ? "true" : "false"; }
        std::string operator()(const std::vector<std::string>&) const { return "a list"; }
        std::string operator()(TableKind) const { return "a table"; }
        std::string operator()(const Foreign& foreign) const { return foreign.kind; }
    };
    return std::visit(Show{}, setting.value);
}

Reader<std::string> text(std::string expected, TextCheck accepts) {
    return {std::move(expected), [accepts](const Setting& setting, const Surroundings&) {
                auto held = as_text(setting);
                if (held && !accepts(*held)) held.reset();
                return Converted<std::string>{std::move(held), ""};
            }};
}

Reader<std::vector<std::string>> texts(std::string expected, TextCheck accepts_each) {
    std::string list = "a list of " + expected;
    return {std::move(list),
            [accepts_each, expected = std::move(expected)](const Setting& setting, const Surroundings&) {
                auto held = as_texts(setting);
                if (!held) return Converted<std::vector<std::string>>{};
                for (const std::string& each : *held) {
                    if (accepts_each(each)) continue;
                    return Converted<std::vector<std::string>>{
                        std::nullopt, "expected a list of " + expected + ", got " + in_quotes(each) + " in it"};
                }
                return Converted<std::vector<std::string>>{std::move(held), ""};
            }};
}

Reader<bool> flag() {
    return {"true or false", [](const Setting& setting, const Surroundings&) {
                if (const auto* held = std::get_if<bool>(&setting.value)) return Converted<bool>{*held, ""};
                if (setting.is_from_environment()) {
                    const std::string& word = std::get<std::string>(setting.value);
                    if (word == "true") return Converted<bool>{true, ""};
                    if (word == "false") return Converted<bool>{false, ""};
                }
                return Converted<bool>{};
            }};
}

Reader<std::size_t> count(std::size_t min, std::size_t max) {
    std::string expected = "a whole number from " + std::to_string(min) + " to " + std::to_string(max);
    return {std::move(expected), [min, max](const Setting& setting, const Surroundings&) {
                const auto number = as_integer(setting);
                if (!number || *number < 0) return Converted<std::size_t>{};
                const auto counted = static_cast<std::size_t>(*number);
                if (counted < min || counted > max) return Converted<std::size_t>{};
                return Converted<std::size_t>{counted, ""};
            }};
}

Reader<double> real(double min, double max) {
    std::string expected = "a number from " + shown_real(min) + " to " + shown_real(max);
    return {std::move(expected), [min, max](const Setting& setting, const Surroundings&) {
                const auto number = as_real(setting);
                // Written so that NaN is refused.
                if (!number || !(*number >= min && *number <= max)) return Converted<double>{};
                return Converted<double>{*number, ""};
            }};
}

Reader<std::size_t> size(std::size_t max) {
    return {"a size such as \"256KiB\"", [max](const Setting& setting, const Surroundings&) {
                std::optional<std::size_t> bytes;
                if (const auto* number = std::get_if<std::int64_t>(&setting.value)) {
                    if (*number >= 0) bytes = static_cast<std::size_t>(*number);
                } else if (const auto held = as_text(setting)) {
                    bytes = parse_size(*held);
                }
                if (bytes && *bytes > max) {
                    return Converted<std::size_t>{std::nullopt,
                                                  "must be at most " + to_size_text(max) + ", got " + shown(setting)};
                }
                return Converted<std::size_t>{bytes, ""};
            }};
}

Reader<std::chrono::milliseconds> duration(std::chrono::milliseconds min, std::chrono::milliseconds max) {
    using Value = Converted<std::chrono::milliseconds>;
    return {"a duration such as \"30s\"", [min, max](const Setting& setting, const Surroundings&) {
                std::optional<std::chrono::milliseconds> length;
                if (const auto* number = std::get_if<std::int64_t>(&setting.value)) {
                    // Only 0 has a meaning without a unit.
                    if (*number == 0) length = std::chrono::milliseconds{0};
                } else if (const auto held = as_text(setting)) {
                    length = parse_duration(*held);
                }
                if (length && (*length < min || *length > max)) {
                    return Value{std::nullopt,
                                 "must be from " + to_text(min) + " to " + to_text(max) + ", got " + shown(setting)};
                }
                return Value{length, ""};
            }};
}

Reader<std::filesystem::path> readable_file() {
    using Value = Converted<std::filesystem::path>;
    return {"the path of a file", [](const Setting& setting, const Surroundings& surroundings) {
                const auto held = as_text(setting);
                if (!held || held->find('\0') != std::string::npos) return Value{};
                if (held->empty()) return Value{std::filesystem::path(), ""};
                std::filesystem::path path = surroundings.folder / *held;
                if (const std::string why = why_unreadable(path); !why.empty()) {
                    return Value{std::nullopt, "file " + in_quotes(path.string()) + " cannot be read: " + why};
                }
                return Value{std::move(path), ""};
            }};
}

Reader<std::filesystem::path> file_to_write(TextCheck accepts) {
    using Value = Converted<std::filesystem::path>;
    return {"the path of a file", [accepts](const Setting& setting, const Surroundings& surroundings) {
                const auto held = as_text(setting);
                if (!held || held->find('\0') != std::string::npos || !accepts(*held)) return Value{};
                if (held->empty()) return Value{std::filesystem::path(), ""};
                return Value{surroundings.folder / *held, ""};
            }};
}

Reader<Secret> secret() {
    return {"a string", [](const Setting& setting, const Surroundings& surroundings) {
                const auto held = as_text(setting);
                if (!held) return Converted<Secret>{std::nullopt, "expected a string, \"file:PATH\" or \"env:NAME\""};
                return resolve_secret(*held, surroundings);
            }};
}

Reader<Endpoint> endpoint() {
    return {"an address such as \"0.0.0.0:8443\", \"[::]:8443\" or \"unix:/run/notifyd.sock\"",
            [](const Setting& setting, const Surroundings&) {
                const auto held = as_text(setting);
                return Converted<Endpoint>{held ? parse_endpoint(*held) : std::nullopt, ""};
            }};
}

Reader<std::optional<Endpoint>> optional_endpoint() {
    using Value = Converted<std::optional<Endpoint>>;
    return {"\"\" or an address such as \"127.0.0.1:9464\"", [](const Setting& setting, const Surroundings&) {
                const auto held = as_text(setting);
                if (!held) return Value{};
                if (held->empty()) return Value{std::optional<Endpoint>(), ""};
                const auto parsed = parse_endpoint(*held);
                return parsed ? Value{parsed, ""} : Value{};
            }};
}

Reader<std::vector<Network>> networks() {
    using Value = Converted<std::vector<Network>>;
    return {"a list of networks such as \"10.0.0.0/8\"", [](const Setting& setting, const Surroundings&) {
                const auto held = as_texts(setting);
                if (!held) return Value{};
                std::vector<Network> parsed;
                for (const std::string& each : *held) {
                    auto network = parse_network(each);
                    if (!network)
                        return Value{std::nullopt, in_quotes(each) + " is not a network such as \"10.0.0.0/8\""};
                    parsed.push_back(std::move(*network));
                }
                return Value{std::move(parsed), ""};
            }};
}

Reader<unsigned> file_mode() {
    return {"file permissions in octal digits such as \"0660\"", [](const Setting& setting, const Surroundings&) {
                const auto held = as_text(setting);
                // No set-user-id and the like.
                const bool has_form = held && (held->size() == 3 || (held->size() == 4 && held->front() == '0'));
                const bool is_octal = has_form && held->find_first_not_of("01234567") == std::string::npos;
                if (!is_octal) return Converted<unsigned>{};
                unsigned mode = 0;
                for (const char digit : *held) mode = mode * 8 + static_cast<unsigned>(digit - '0');
                return Converted<unsigned>{mode, ""};
            }};
}

Reader<std::vector<std::string>> origins() {
    using Value = Converted<std::vector<std::string>>;
    return {"a list of \"*\" or origins such as \"https://app.example.com\"",
            [](const Setting& setting, const Surroundings&) {
                auto held = as_texts(setting);
                if (!held) return Value{};
                for (const std::string& each : *held) {
                    const std::string problem = problem_with_origin(each);
                    if (!problem.empty()) return Value{std::nullopt, in_quotes(each) + ' ' + problem};
                }
                return Value{std::move(held), ""};
            }};
}

}  // namespace notifyd::config
