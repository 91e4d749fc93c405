// Connections that are opened and closed again: how many a second, and how long until one is open.
// Owns: nothing between runs. Thread: one. Fails: what goes wrong while running is told in the report's checks.
#pragma once

#include "options.hpp"
#include "report.hpp"

namespace notifyd::bench {

Report run_connect(const Options& options);

}  // namespace notifyd::bench
