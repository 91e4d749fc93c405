// Opens and closes connections: measures how many per second, and how long it takes to open one.
// Errors during a run are counted in the report's checks.
#pragma once

#include "options.hpp"
#include "report.hpp"

namespace notifyd::bench {

Report run_connect(const Options& options);

}  // namespace notifyd::bench
