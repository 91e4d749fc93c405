// Parsing of ISO 8601 times sent by clients; clock.hpp formats them.
#pragma once

#include "notifyd/core/clock.hpp"

#include <optional>
#include <string_view>

namespace notifyd {

// "2026-01-31T12:00:00Z", with up to nine fraction digits (truncated to milliseconds) and Z or an offset of ±hh:mm.
// Years 0 to 9999. Gives nullopt for anything else, including a time without a zone.
[[nodiscard]] std::optional<EpochMs> parse_iso8601(std::string_view text);

}  // namespace notifyd
