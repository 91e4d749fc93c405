// Chats with a publishing connection each, a window of publishes in flight, and subscribers.
// Owns: nothing between runs. Thread: one. Fails: what goes wrong while running is told in the report's checks.
#pragma once

#include "options.hpp"
#include "report.hpp"

namespace notifyd::bench {

Report run_fanout(const Options& options);

}  // namespace notifyd::bench
