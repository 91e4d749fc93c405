// The version of this build.
#pragma once

#include <string_view>

namespace notifyd::app {

inline constexpr std::string_view version = NOTIFYD_VERSION;

}  // namespace notifyd::app
