// Configured limits of a JSON text.
#pragma once

#include <cstddef>

namespace notifyd::wire {

// Applies whatever the config says: most parsers recurse, including those of the receivers, and their stacks are
// limited.
inline constexpr std::size_t json_depth_cap = 256;

struct JsonLimits {
    // Nested arrays and objects, including the outermost.
    std::size_t depth_max = 32;

    // From the configured number, where 0 means no limit but the cap.
    [[nodiscard]] static constexpr JsonLimits with_depth(std::size_t depth) {
        return {depth == 0 || depth > json_depth_cap ? json_depth_cap : depth};
    }
};

}  // namespace notifyd::wire
