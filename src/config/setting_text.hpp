// The text of a setting: as a value, and as an error message shows it.
#pragma once

#include "setting.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace notifyd::config {

[[nodiscard]] std::optional<std::string> as_text(const Setting& setting);
[[nodiscard]] std::optional<std::vector<std::string>> as_texts(const Setting& setting);
// Whether an environment variable says that its list has no elements.
[[nodiscard]] bool is_empty_list(const Setting& setting);
[[nodiscard]] bool is_blank(std::string_view text);

// Quoted, on one line, truncated if long.
[[nodiscard]] std::string in_quotes(std::string_view text);
[[nodiscard]] std::string shown(const Setting& setting);
[[nodiscard]] std::string shown(double number);

}  // namespace notifyd::config
