// Checks between settings that are each valid by themselves.
#pragma once

#include "notifyd/config/load_config.hpp"

#include "setting.hpp"

#include <map>
#include <string>
#include <vector>

namespace notifyd::config {

// Where each given key was set; an element of [[channels]] is "channels[0]".
using Origins = std::map<std::string, Origin, std::less<>>;

[[nodiscard]] std::string element_key(std::string_view list, std::size_t element);

// One error for every relation that does not hold.
[[nodiscard]] std::vector<ConfigError> check_relations(const Config& config, const Origins& origins);

}  // namespace notifyd::config
