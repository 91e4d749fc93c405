// Connections join one chat and watch its presence, one after another, until each knows that all of them are there.
#pragma once

#include "options.hpp"
#include "report.hpp"

namespace notifyd::bench {

Report run_presence(const Options& options);

}  // namespace notifyd::bench
