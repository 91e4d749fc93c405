// Turns NOTIFYD_<SECTION>__<KEY> variables into settings; knows the naming, not the keys.
// Owns: nothing. Thread: any. Fails: never; a name that cannot be a key becomes a setting that no key matches.
#pragma once

#include "notifyd/config/load_config.hpp"

#include "setting.hpp"

#include <vector>

namespace notifyd::config {

// NOTIFYD_ variables without "__" are not ours to judge: they belong to scripts and service files.
[[nodiscard]] std::vector<Setting> read_environment(const Environment& environment);

}  // namespace notifyd::config
