// Measures deliveries in chats that each have one publishing connection, a window of publishes in flight, and
// subscribers.
// Errors during a run are counted in the report's checks.
#pragma once

#include "options.hpp"
#include "report.hpp"

namespace notifyd::bench {

Report run_fanout(const Options& options);

}  // namespace notifyd::bench
