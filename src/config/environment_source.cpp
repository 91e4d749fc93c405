// Settings from the environment.
#include "environment_source.hpp"

#include <algorithm>
#include <string_view>
#include <unistd.h>

namespace notifyd::config {

namespace {

constexpr std::string_view prefix = "NOTIFYD_";
constexpr std::string_view separator = "__";

bool is_upper_case(std::string_view name) {
    return std::ranges::none_of(name, [](char character) { return character >= 'a' && character <= 'z'; });
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

std::vector<Setting> read_environment(const Environment& environment) {
    std::vector<Setting> settings;
    for (const auto& [variable, value] : environment) {
        const std::string_view name = variable;
        if (!name.starts_with(prefix) || name.find(separator) == std::string_view::npos) continue;
        const std::string key = is_upper_case(name) ? to_key(name.substr(prefix.size())) : std::string();
        settings.push_back(Setting{key, value, Origin{"", 0, variable}});
    }
    return settings;
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
