// Durable publishes to a chat that nobody listens to: how many a second are answered, and how late.
// Owns: nothing between runs. Thread: one. Fails: what goes wrong while running is told in the report's checks.
#pragma once

#include "options.hpp"
#include "report.hpp"

namespace notifyd::bench {

Report run_publish(const Options& options);

}  // namespace notifyd::bench
