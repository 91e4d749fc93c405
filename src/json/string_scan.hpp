// The parts of a JSON string that are not plain: escapes, and characters of several bytes.
#pragma once

#include "notifyd/json/fault.hpp"

namespace notifyd::json {

// What comes after an escape, or what is wrong with it.
struct EscapeEnd {
    const char* at = nullptr;  // nullptr: there is a fault
    Fault fault = Fault::none;
};
// `at` is the backslash; a surrogate pair counts as one escape.
[[nodiscard]] EscapeEnd skip_escape(const char* at, const char* end);

// `at` is the first byte of a character outside ASCII. What comes after it; nullptr: it is not UTF-8 (RFC 3629).
[[nodiscard]] const char* skip_utf8(const char* at, const char* end);

}  // namespace notifyd::json
