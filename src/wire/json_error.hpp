// The error for a text that is not the JSON that the protocol requires.
#pragma once

#include "notifyd/core/error.hpp"
#include "notifyd/json/fault.hpp"

#include <cstdint>

namespace notifyd::wire {

// What the text is, for the message.
enum class JsonSource : std::uint8_t { body, frame };

// The invalid_json error for a fault other than none.
[[nodiscard]] Error json_error(json::Fault fault, JsonSource source);

}  // namespace notifyd::wire
