// The version of this build.
// Owns: nothing. Thread: any. Fails: never.
#pragma once

#include <string_view>

namespace notifyd::app {

inline constexpr std::string_view version = NOTIFYD_VERSION;

}  // namespace notifyd::app
