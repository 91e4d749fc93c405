// Times that clients write (ISO 8601); clock.hpp has the way back.
// Owns: nothing. Thread: any. Fails: parse gives nullopt.
#pragma once

#include "notifyd/core/clock.hpp"

#include <optional>
#include <string_view>

namespace notifyd {

// "2026-01-31T12:00:00Z", with up to nine fraction digits (cut to milliseconds), and Z or an offset of ±hh:mm.
// A time without a zone is refused. Years 0 to 9999.
[[nodiscard]] std::optional<EpochMs> parse_iso8601(std::string_view text);

}  // namespace notifyd
