// Checks that the files and sockets that the config names can exist where it places them. Nothing is created, and
// temporary conditions, such as a lock or a missing permission, are left to the start.
#pragma once

#include "notifyd/config/config.hpp"

#include <string>
#include <vector>

namespace notifyd::app {

// Messages that begin with the key; empty if nothing is wrong.
[[nodiscard]] std::vector<std::string> problems_with_places(const config::Config& config);
[[nodiscard]] std::vector<std::string> problems_with_storage_path(const config::Config& config);

// Prints each with the config's name before it; whether there is any.
bool report_problems(const std::string& config_file, const std::vector<std::string>& problems);

}  // namespace notifyd::app
