// Bounds of a JSON text that come from the config.
// Owns: nothing. Thread: any (a value). Fails: never.
#pragma once

#include <cstddef>

namespace notifyd::wire {

struct JsonLimits {
    // Nested arrays and objects; the outermost counts.
    std::size_t depth_max = 32;
};

}  // namespace notifyd::wire
