// Whether a request's body or a large WebSocket message arrives fast enough to keep its memory
// (docs/protocol.md#limits-and-defaults): it must never stop for long, and after an initial grace period it earns one
// more second for each limits::body_bytes_per_second received. Pure.
#pragma once

#include "notifyd/core/clock.hpp"
#include "notifyd/core/limits.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>

namespace notifyd::gateway {

class BodyPace {
  public:
    explicit BodyPace(SteadyTime began) : began_(began), last_came_(began) {}

    void came(std::size_t bytes, SteadyTime now) {
        if (bytes == 0) return;
        bytes_ += bytes;
        last_came_ = now;
    }

    // When it will be too slow if nothing more arrives until then.
    [[nodiscard]] SteadyTime due() const {
        const std::chrono::seconds earned(bytes_ / limits::body_bytes_per_second);
        return std::min(last_came_ + limits::body_stalled_after, began_ + limits::body_grace + earned);
    }

  private:
    SteadyTime began_;
    SteadyTime last_came_;
    std::size_t bytes_ = 0;
};

}  // namespace notifyd::gateway
