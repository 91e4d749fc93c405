// Settings from the environment.
#include "environment_source.hpp"

#include "setting_text.hpp"

#include <algorithm>
#include <string_view>
#include <unistd.h>

namespace notifyd::config {

namespace {

constexpr std::string_view prefix = "NOTIFYD_";
constexpr std::string_view separator = "__";

char to_upper(char character) {
    return character >= 'a' && character <= 'z' ? static_cast<char>(character - 'a' + 'A') : character;
}

// Ignores case: a lower-case name sets nothing, and its author should be warned.
bool has_prefix(std::string_view name) {
    return std::ranges::equal(name.substr(0, prefix.size()), prefix, {}, to_upper);
}

bool is_upper_case(std::string_view name) {
    return std::ranges::none_of(name, [](char character) { return character != to_upper(character); });
}

// "LIMITS__MAX_MESSAGE" -> "limits.max_message"
std::string to_key(std::string_view name) {
    std::string key;
    for (std::size_t at = 0; at < name.size();) {
        if (name.substr(at).starts_with(separator)) {
            key += '.';
            at += separator.size();
        } else {
            const char character = name[at++];
            key += character >= 'A' && character <= 'Z' ? static_cast<char>(character - 'A' + 'a') : character;
        }
    }
    return key;
}

}  // namespace

EnvironmentSettings read_environment(const Environment& environment) {
    EnvironmentSettings read;
    for (const auto& [variable, value] : environment) {
        const std::string_view name = variable;
        if (!has_prefix(name) || value.empty()) continue;
        if (is_blank(value)) {
            read.blank.push_back(variable);
            continue;
        }
        const std::string key = is_upper_case(name) ? to_key(name.substr(prefix.size())) : std::string();
        read.settings.push_back(Setting{key, value, Origin{"", 0, variable}});
    }
    return read;
}

std::string variable_of(std::string_view key) {
    std::string name(prefix);
    for (const char character : key) {
        if (character == '.') {
            name += separator;
        } else {
            name += to_upper(character);
        }
    }
    return name;
}

Environment process_environment() {
    Environment environment;
    for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
        const std::string_view text = *entry;
        const std::size_t equals = text.find('=');
        if (equals == std::string_view::npos) continue;
        environment.emplace(text.substr(0, equals), text.substr(equals + 1));
    }
    return environment;
}

}  // namespace notifyd::config
