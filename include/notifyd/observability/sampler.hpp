// Lets the first event of each second through, so that busy events stay visible without flooding the log.
// Owns: one second. Thread: any; of several callers within one second exactly one is admitted. Fails: never.
#pragma once

#include "notifyd/core/clock.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <limits>

namespace notifyd::observability {

class Sampler {
  public:
    [[nodiscard]] bool admit(SteadyTime now) {
        const std::int64_t second = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
        std::int64_t seen = last_second_.load(std::memory_order_relaxed);
        // A thread that is a moment behind the others must not reopen a second that is over.
        if (second <= seen) return false;
        return last_second_.compare_exchange_strong(seen, second, std::memory_order_relaxed);
    }

  private:
    std::atomic<std::int64_t> last_second_{std::numeric_limits<std::int64_t>::min()};
};

}  // namespace notifyd::observability
