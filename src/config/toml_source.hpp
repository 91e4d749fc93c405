// Turns TOML text into settings; knows the format, not the keys. Fails with the first syntax error, whose message
// quotes nothing that could be a secret.
#pragma once

#include "notifyd/config/load_config.hpp"

#include "setting.hpp"

#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace notifyd::config {

// A table is a setting of its own, before those inside it.
[[nodiscard]] std::variant<std::vector<Setting>, ConfigError> read_toml(std::string_view text, const std::string& file);

}  // namespace notifyd::config
