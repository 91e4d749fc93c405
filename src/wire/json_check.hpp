// Whether a text is JSON as SPEC §6 wants it: decided once, before anything looks inside.
// Owns: nothing. Thread: any. Fails: never; what is wrong is the result.
#pragma once

#include "notifyd/core/error.hpp"
#include "notifyd/wire/json_limits.hpp"

#include <cstdint>
#include <string_view>

namespace notifyd::wire {

enum class JsonFault : std::uint8_t { none, syntax, too_deep, duplicate_key };

// One JSON value and nothing else but whitespace (RFC 8259, strictly; no byte order mark): valid UTF-8, no lone
// surrogate, finite numbers, no object that names a key twice in whatever spelling, at most `depth_max` deep.
[[nodiscard]] JsonFault check_json(std::string_view text, const JsonLimits& limits);

// What the text is, for the sentence.
enum class JsonSource : std::uint8_t { body, frame };
// The invalid_json error for a fault other than none.
[[nodiscard]] Error json_error(JsonFault fault, JsonSource source);

}  // namespace notifyd::wire
