// The table of every key: where its value goes and what it may be.
// Owns: its readers. Thread: any. Fails: apply gives the problem in words, or "".
#pragma once

#include "readers.hpp"
#include "setting.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace notifyd::config {

struct Binding {
    // "limits.max_message"; one that ends in ".*" takes every key of its table.
    std::string_view key;
    std::function<std::string(Config&, const Setting&, const Surroundings&)> apply;
};

// The one list of tables that the config has.
inline constexpr std::string_view channels_key = "channels";

[[nodiscard]] std::vector<Binding> all_bindings();

}  // namespace notifyd::config
