// Lets the first few events of each second through, so that busy events stay visible without flooding the log.
// Thread: any; the limit holds for all callers together.
#pragma once

#include "notifyd/core/clock.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>

namespace notifyd::observability {

class Sampler {
  public:
    explicit Sampler(std::uint16_t per_second = 1) : per_second_(per_second) {}

    [[nodiscard]] bool admit(SteadyTime now) {
        const std::int64_t second = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
        std::int64_t seen = seen_.load(std::memory_order_relaxed);
        for (;;) {
            // A thread whose time is slightly behind the others' must not reopen a second that is over.
            if (second < seen / counts) return false;
            const bool is_new = second > seen / counts;
            if (!is_new && seen % counts >= per_second_) return false;
            const std::int64_t next = is_new ? second * counts + 1 : seen + 1;
            if (seen_.compare_exchange_weak(seen, next, std::memory_order_relaxed)) return true;
        }
    }

  private:
    static constexpr std::int64_t counts = 1 << 16;

    std::uint16_t per_second_;
    // The second, and how many were admitted in it. At first, the second before the clock can begin.
    std::atomic<std::int64_t> seen_{-counts};
};

}  // namespace notifyd::observability
