// Reads a time as clients write it: ISO 8601 with a zone, or epoch milliseconds.
// Fails:  invalid_request, naming the field; also for a number that can only be seconds.
#pragma once

#include "notifyd/core/clock.hpp"
#include "notifyd/core/result.hpp"

#include <string_view>

namespace notifyd::wire {

[[nodiscard]] Result<EpochMs> read_time(std::string_view text, std::string_view name);

}  // namespace notifyd::wire
