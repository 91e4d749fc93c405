// A log line as text: a JSON object for machines, or words for a terminal. No value can forge either.
#pragma once

#include "notifyd/observability/log.hpp"

#include <string>

namespace notifyd::observability {

// {"timestamp":"2026-01-31T12:00:00.000Z","level":"info","event_type":"server_started","threads":2}
[[nodiscard]] std::string to_json_line(const LogLine& line);

// 2026-01-31T12:00:00.000Z info  server_started threads=2
[[nodiscard]] std::string to_text_line(const LogLine& line);

}  // namespace notifyd::observability
