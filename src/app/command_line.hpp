// notifyd serve | check-config | migrate | backup | restore | dlq | token | version.
// Owns:   nothing. Thread: main.
// Fails:  by exit code: 0 done, 1 failed (with one line per reason on stderr), 2 wrong usage.
#pragma once

namespace notifyd::app {

[[nodiscard]] int run_command_line(int argc, const char* const* argv);

}  // namespace notifyd::app
