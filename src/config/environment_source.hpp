// Turns NOTIFYD_<SECTION>__<KEY> variables into settings. It knows the naming, not the keys: a name that cannot be a
// key becomes a setting that no key matches.
#pragma once

#include "notifyd/config/load_config.hpp"

#include "setting.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace notifyd::config {

struct EnvironmentSettings {
    std::vector<Setting> settings;
    // Variables that hold only white space. They count as not set, like empty ones: an empty list or text would
    // silently undo what the file says, such as the audience that a token must name.
    std::vector<std::string> blank;
};

[[nodiscard]] EnvironmentSettings read_environment(const Environment& environment);

// "limits.max_message" -> "NOTIFYD_LIMITS__MAX_MESSAGE"
[[nodiscard]] std::string variable_of(std::string_view key);

}  // namespace notifyd::config
