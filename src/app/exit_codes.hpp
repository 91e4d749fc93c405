// How a command ends when it is not with 0.
// Owns: nothing. Thread: any. Fails: never.
#pragma once

namespace notifyd::app {

inline constexpr int exit_failed = 1;
inline constexpr int exit_usage = 2;
// The config, or a file that it names: another start would fail in the same way (EX_CONFIG of sysexits.h). The unit in
// packaging/systemd does not restart on it.
inline constexpr int exit_config = 78;

}  // namespace notifyd::app
