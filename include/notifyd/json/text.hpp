// Appending strings to a JSON text (RFC 8259 §7).
#pragma once

#include <string>
#include <string_view>

namespace notifyd::json {

// With quotes and escapes. Bytes that are not UTF-8 become U+FFFD.
void append_string(std::string& out, std::string_view text);

// The escape of a quote, a backslash or a control character, in its short form if there is one.
void append_escape(std::string& out, char c);
// `\uXXXX`, for a character of the basic plane.
void append_unicode_escape(std::string& out, char32_t point);

}  // namespace notifyd::json
