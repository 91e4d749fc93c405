// The table of every config key, by section, in the order in which the sample and the reload report list them.
#pragma once

#include "key.hpp"

#include <ranges>
#include <string_view>
#include <vector>

namespace notifyd::config {

struct Section {
    std::string_view name;  // "auth.claims"
    std::string_view documentation;
    std::vector<Key> keys;
};

// The only section that is a list of tables: [[channels]].
inline constexpr std::string_view channels_list = "channels";

[[nodiscard]] const std::vector<Section>& key_table();

[[nodiscard]] inline auto all_keys() {
    return std::views::join(std::views::transform(key_table(), &Section::keys));
}

// The row for a key as the operator wrote it, or nullptr.
[[nodiscard]] const Key* find_key(std::string_view written);

}  // namespace notifyd::config
