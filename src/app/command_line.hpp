// notifyd serve | check-config | migrate | backup | restore | dlq | token | version.
// Returns the exit code (exit_codes.hpp); every reason for a failure is a line on stderr.
#pragma once

namespace notifyd::app {

[[nodiscard]] int run_command_line(int argc, const char* const* argv);

}  // namespace notifyd::app
