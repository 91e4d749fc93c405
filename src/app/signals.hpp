// The signals that the server handles. They are blocked in every thread, so that none kills the process or is delivered
// to another thread; the main thread fetches them one by one.
// Thread: main; hold_signals before any other thread is started.
#pragma once

#include <chrono>

namespace notifyd::app {

// From now on, SIGTERM, SIGINT and SIGQUIT (stop), SIGHUP (reload the config) and SIGUSR1 (reopen the log file) stay
// pending until they are fetched. SIGPIPE is ignored.
void hold_signals();

// The signal that arrived within the time; 0 if none did.
[[nodiscard]] int wait_for_signal(std::chrono::nanoseconds time);

// Whether the signal has arrived but has not been fetched.
[[nodiscard]] bool is_pending(int number);

// The name, for the log, of a signal that stops the server; nullptr for any other signal.
[[nodiscard]] const char* name_if_stopping(int number);

}  // namespace notifyd::app
