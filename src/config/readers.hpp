// Readers convert a setting to a typed value in range; the key table is built from them.
#pragma once

#include "notifyd/config/load_config.hpp"

#include "setting.hpp"
#include "setting_text.hpp"
#include "toml_text.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace notifyd::config {

// What a value may refer to: files relative to the config file's folder, and environment variables.
struct Surroundings {
    std::filesystem::path folder;
    const Environment& environment;
};

// A value, or none: then `problem` says why, or is empty if "expected …, got …" says it all.
template <class T>
struct Converted {
    std::optional<T> value;
    std::string problem;
};

template <class T>
struct Reader {
    std::string expected;  // "a size such as "256KiB""
    std::function<Converted<T>(const Setting&, const Surroundings&)> convert;
    std::function<std::string(const T&)> write;  // the value as TOML
    std::string range = {};                      // "from 1s to 24h", where `expected` does not say it
    // The value names a file, and a change of its contents is a change of the config.
    bool contents_count = false;
    bool is_choice = false;
};

using TextCheck = bool (*)(std::string_view);

[[nodiscard]] bool is_anything(std::string_view text);
[[nodiscard]] bool is_not_empty(std::string_view text);

[[nodiscard]] Reader<std::string> text(std::string expected, TextCheck accepts);
[[nodiscard]] Reader<std::vector<std::string>> texts(std::string expected, TextCheck accepts_each);
[[nodiscard]] Reader<bool> flag();
[[nodiscard]] Reader<std::size_t> count(std::size_t min, std::size_t max);
[[nodiscard]] Reader<double> real(double min, double max);
[[nodiscard]] Reader<std::size_t> size(std::size_t max);
[[nodiscard]] Reader<std::chrono::milliseconds> duration(std::chrono::milliseconds min, std::chrono::milliseconds max);
// A file that must exist and be readable; "" = none.
[[nodiscard]] Reader<std::filesystem::path> readable_file();
// A file that the program creates.
[[nodiscard]] Reader<std::filesystem::path> file_to_write(TextCheck accepts);
// A literal, "file:PATH" or "env:NAME"; its errors never show the value.
[[nodiscard]] Reader<Secret> secret();
[[nodiscard]] Reader<Endpoint> endpoint();
[[nodiscard]] Reader<std::optional<Endpoint>> optional_endpoint();
[[nodiscard]] Reader<std::vector<Network>> networks();
// The permissions of a file, in octal digits.
[[nodiscard]] Reader<unsigned> file_mode();
// "*", origins, and patterns for the subdomains of a host.
[[nodiscard]] Reader<std::vector<std::string>> origins();

template <class T>
using Choices = std::vector<std::pair<std::string_view, T>>;

// "a", "b" or "c"
template <class T>
std::string list_choices(const Choices<T>& choices) {
    std::string list;
    for (std::size_t at = 0; at < choices.size(); ++at) {
        if (at > 0) list += at + 1 == choices.size() ? " or " : ", ";
        list += in_quotes(choices[at].first);
    }
    return list;
}

template <class T>
std::string name_of(const Choices<T>& choices, T wanted) {
    for (const auto& [name, value] : choices) {
        if (value == wanted) return std::string(name);
    }
    return "";
}

template <class T>
std::optional<T> find_choice(const Choices<T>& choices, std::string_view name) {
    for (const auto& [choice, value] : choices) {
        if (choice == name) return value;
    }
    return std::nullopt;
}

template <class T>
Reader<T> one_of(Choices<T> choices) {
    std::string expected = list_choices(choices);
    auto write = [choices](const T& value) { return in_quotes(name_of(choices, value)); };
    auto convert = [choices = std::move(choices)](const Setting& setting, const Surroundings&) {
        const auto name = as_text(setting);
        return Converted<T>{name ? find_choice(choices, *name) : std::nullopt, ""};
    };
    return {
        .expected = std::move(expected), .convert = std::move(convert), .write = std::move(write), .is_choice = true};
}

// At least one.
template <class T>
Reader<std::vector<T>> some_of(Choices<T> choices) {
    std::string expected = "a list of " + list_choices(choices);
    auto write = [choices](const std::vector<T>& values) {
        std::vector<std::string> names;
        for (const T value : values) names.push_back(name_of(choices, value));
        return toml_text(names);
    };
    auto convert = [choices = std::move(choices)](const Setting& setting, const Surroundings&) {
        const auto names = as_texts(setting);
        if (!names) return Converted<std::vector<T>>{};
        if (names->empty()) return Converted<std::vector<T>>{std::nullopt, "must not be empty"};
        std::vector<T> chosen;
        for (const std::string& name : *names) {
            const auto choice = find_choice(choices, name);
            if (!choice) {
                return Converted<std::vector<T>>{std::nullopt,
                                                 in_quotes(name) + " is not one of " + list_choices(choices)};
            }
            chosen.push_back(*choice);
        }
        return Converted<std::vector<T>>{std::move(chosen), ""};
    };
    return {
        .expected = std::move(expected), .convert = std::move(convert), .write = std::move(write), .is_choice = true};
}

}  // namespace notifyd::config
