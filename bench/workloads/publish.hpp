// Durable publishes to a chat without subscribers: measures how many per second are answered, and their latency.
// Errors during a run are counted in the report's checks.
#pragma once

#include "options.hpp"
#include "report.hpp"

namespace notifyd::bench {

Report run_publish(const Options& options);

}  // namespace notifyd::bench
