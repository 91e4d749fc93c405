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
    std::function<bool(const Config&, const Config&)> is_same;
    std::function<void(const Config& from, Config& to)> copy;
    bool is_list = false;
};

// The one list of tables that the config has.
inline constexpr std::string_view channels_key = "channels";

[[nodiscard]] std::vector<Binding> all_bindings();

// Whether a pattern such as "tokens.*", or a key, stands for the key.
[[nodiscard]] constexpr bool matches_key(std::string_view pattern, std::string_view key) {
    return pattern.ends_with('*') ? key.starts_with(pattern.substr(0, pattern.size() - 1)) : key == pattern;
}

}  // namespace notifyd::config
