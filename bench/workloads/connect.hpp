// Connections that are opened and closed again: how many a second, and how long until one is open.
// Errors during a run are counted in the report's checks.
#pragma once

#include "options.hpp"
#include "report.hpp"

namespace notifyd::bench {

Report run_connect(const Options& options);

}  // namespace notifyd::bench
