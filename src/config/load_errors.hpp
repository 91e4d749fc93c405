// Makes errors that point at where a setting came from.
#pragma once

#include "notifyd/config/load_config.hpp"

#include "setting.hpp"

#include <string>

namespace notifyd::config {

[[nodiscard]] ConfigError make_error(const Origin& origin, std::string key, std::string message);

}  // namespace notifyd::config
