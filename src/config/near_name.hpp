// Guesses which name a misspelt one was meant to be.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace notifyd::config {

// The variable nearest to what was written: the same except for case and underscores, or at most two letters off, or
// the only one with this key where the section was left out. None if no name is near, or several are equally near.
[[nodiscard]] std::optional<std::string> near_variable(std::string_view written, std::span<const std::string> known);

}  // namespace notifyd::config
