// The name that somebody probably meant.
// Owns: nothing. Thread: any. Fails: with nullopt, when no name is near or several are equally near.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace notifyd::config {

// The variable nearest to what was written: the same but for case and underscores, or at most two letters off, or one
// that leaves out the section and whose key no other section has.
[[nodiscard]] std::optional<std::string> near_variable(std::string_view written, std::span<const std::string> known);

}  // namespace notifyd::config
