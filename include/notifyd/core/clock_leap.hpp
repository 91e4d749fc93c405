// When a wall clock is not believed, and when it is believed again.
// Owns: nothing. Thread: any. Fails: never.
#pragma once

#include "notifyd/core/clock.hpp"

#include <chrono>

namespace notifyd {

inline constexpr Milliseconds clock_leap_min = std::chrono::hours(24);
inline constexpr Milliseconds clock_confirmation = std::chrono::hours(1);

}  // namespace notifyd
