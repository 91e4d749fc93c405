// A JSON array of names.
#pragma once

#include "notifyd/core/result.hpp"
#include "notifyd/core/topic_name.hpp"
#include "notifyd/json/value.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace notifyd::wire {

// The strings in an array, without repetitions; nullopt if it is not an array of strings or has more than `names_max`.
[[nodiscard]] std::optional<std::vector<std::string>> read_names(json::Value value, std::size_t names_max);
// The topics in an array of at most 100 names; none if it is absent.
[[nodiscard]] Result<std::vector<TopicName>> read_topics(json::Value value);

}  // namespace notifyd::wire
