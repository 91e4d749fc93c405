// How far ahead a wall clock must jump to be distrusted, and how long until it is trusted again.
#pragma once

#include "notifyd/core/clock.hpp"

#include <chrono>

namespace notifyd {

inline constexpr Milliseconds clock_leap_min = std::chrono::hours(24);
inline constexpr Milliseconds clock_confirmation = std::chrono::hours(1);

}  // namespace notifyd
