// Readers for text, flags, numbers, sizes and durations.
#include "readers.hpp"

#include "notifyd/config/units.hpp"

#include "setting_text.hpp"
#include "toml_text.hpp"

#include <optional>
#include <variant>

namespace notifyd::config {

namespace {

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

}  // namespace

bool is_anything(std::string_view) {
    return true;
}
bool is_not_empty(std::string_view text) {
    return !text.empty();
}

Reader<std::string> text(std::string expected, TextCheck accepts) {
    return {std::move(expected),
            [accepts](const Setting& setting, const Surroundings&) {
                auto held = as_text(setting);
                if (held && !accepts(*held)) held.reset();
                return Converted<std::string>{std::move(held), ""};
            },
            [](const std::string& value) { return toml_text(value); }};
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
            },
            [](const std::vector<std::string>& value) { return toml_text(value); }};
}

Reader<bool> flag() {
    return {"true or false",
            [](const Setting& setting, const Surroundings&) {
                if (const auto* held = std::get_if<bool>(&setting.value)) return Converted<bool>{*held, ""};
                if (setting.is_from_environment()) {
                    const std::string& word = std::get<std::string>(setting.value);
                    if (word == "true") return Converted<bool>{true, ""};
                    if (word == "false") return Converted<bool>{false, ""};
                }
                return Converted<bool>{};
            },
            [](bool value) { return toml_text(value); }};
}

Reader<std::size_t> count(std::size_t min, std::size_t max) {
    std::string expected = "a whole number from " + std::to_string(min) + " to " + std::to_string(max);
    return {std::move(expected),
            [min, max](const Setting& setting, const Surroundings&) {
                const auto number = as_integer(setting);
                if (!number || *number < 0) return Converted<std::size_t>{};
                const auto counted = static_cast<std::size_t>(*number);
                if (counted < min || counted > max) return Converted<std::size_t>{};
                return Converted<std::size_t>{counted, ""};
            },
            [](std::size_t value) { return toml_text(value); }};
}

Reader<double> real(double min, double max) {
    std::string expected = "a number from " + shown(min) + " to " + shown(max);
    return {std::move(expected),
            [min, max](const Setting& setting, const Surroundings&) {
                const auto number = as_real(setting);
                // Written so that NaN is refused.
                if (!number || !(*number >= min && *number <= max)) return Converted<double>{};
                return Converted<double>{*number, ""};
            },
            [](double value) { return toml_text(value); }};
}

Reader<std::size_t> size(std::size_t max) {
    return {"a size such as \"256KiB\"",
            [max](const Setting& setting, const Surroundings&) {
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
            },
            toml_size,
            "at most " + to_size_text(max)};
}

Reader<std::chrono::milliseconds> duration(std::chrono::milliseconds min, std::chrono::milliseconds max) {
    using Value = Converted<std::chrono::milliseconds>;
    return {"a duration such as \"30s\"",
            [min, max](const Setting& setting, const Surroundings&) {
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
            },
            [](std::chrono::milliseconds value) { return toml_text(value); },
            "from " + to_text(min) + " to " + to_text(max)};
}

}  // namespace notifyd::config
