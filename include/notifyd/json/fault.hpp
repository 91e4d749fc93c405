// What can be wrong with a JSON text.
#pragma once

#include <cstdint>

namespace notifyd::json {

enum class Fault : std::uint8_t { none, syntax, too_deep, duplicate_key, half_surrogate_pair };

}  // namespace notifyd::json
