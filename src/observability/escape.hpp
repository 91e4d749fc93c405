// Makes any bytes safe inside the quotes of a log line: one line, no terminal control, valid UTF-8, valid JSON.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace notifyd::observability {

// A longer value is truncated and ends in "…", so that a peer cannot fill the log with one line.
inline constexpr std::size_t log_value_bytes_max = 1024;

// Without the surrounding quotes. Bytes that are not UTF-8 become U+FFFD; quotes, backslashes, control characters
// and the characters that reorder or break text on a screen become JSON escapes.
void append_escaped(std::string& out, std::string_view text);

}  // namespace notifyd::observability
