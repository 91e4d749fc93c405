// The key table as text for operators: config/notifyd.toml and docs/configuration.md.
#pragma once

#include <string>

namespace notifyd::config {

[[nodiscard]] std::string sample_config();
[[nodiscard]] std::string reference_page();

}  // namespace notifyd::config
