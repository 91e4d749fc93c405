// Idle connections: how much memory each one costs the server.
// Errors during a run are counted in the report's checks.
#pragma once

#include "options.hpp"
#include "report.hpp"

namespace notifyd::bench {

Report run_idle(const Options& options);

}  // namespace notifyd::bench
