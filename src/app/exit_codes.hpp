// The exit codes of a command other than 0.
#pragma once

namespace notifyd::app {

inline constexpr int exit_failed = 1;
inline constexpr int exit_usage = 2;
// The config, or a file that it names, is wrong (EX_CONFIG of sysexits.h). Another start would fail in the same way, so
// the unit in packaging/systemd does not restart the server.
inline constexpr int exit_config = 78;

}  // namespace notifyd::app
