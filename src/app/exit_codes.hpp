// How a command ends when it is not with 0.
// Owns: nothing. Thread: any. Fails: never.
#pragma once

namespace notifyd::app {

inline constexpr int exit_failed = 1;
inline constexpr int exit_usage = 2;

}  // namespace notifyd::app
