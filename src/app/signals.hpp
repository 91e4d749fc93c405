// The signals that the server answers. They are blocked in every thread, so that none kills the process or lands
// elsewhere, and the main thread fetches them one by one.
// Owns:   nothing.
// Thread: main, before any other is started; wait_for_signal main only.
// Fails:  never.
#pragma once

#include <chrono>

namespace notifyd::app {

// SIGTERM, SIGINT and SIGQUIT stop the server, SIGHUP reloads its config, SIGUSR1 opens its log file again: from now on
// they wait. SIGPIPE is ignored.
void hold_signals();

// The signal that came within the time; 0: none.
[[nodiscard]] int wait_for_signal(std::chrono::nanoseconds time);

// Whether a signal waits that has not been fetched.
[[nodiscard]] bool is_pending(int number);

// What a signal that stops the server is called in the log; nullptr: it does not stop it.
[[nodiscard]] const char* name_if_stopping(int number);

}  // namespace notifyd::app
