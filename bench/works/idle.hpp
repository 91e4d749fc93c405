// Connections that are open and do nothing: what one costs the server in memory.
// Owns: nothing between runs. Thread: one. Fails: what goes wrong while running is told in the report's checks.
#pragma once

#include "options.hpp"
#include "report.hpp"

namespace notifyd::bench {

Report run_idle(const Options& options);

}  // namespace notifyd::bench
