// A JSON array of names.
#pragma once

#include "notifyd/json/value.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace notifyd::wire {

// The strings in an array, without repetitions; nullopt if it is not an array of strings or has more than `names_max`.
[[nodiscard]] std::optional<std::vector<std::string>> read_names(json::Value value, std::size_t names_max);

}  // namespace notifyd::wire
