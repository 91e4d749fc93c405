// A token bucket: `burst` at once, then `per_second`, in whole nanoseconds (the virtual scheduling algorithm). Pure.
// Owns: one time point. Thread: one. Fails: never.
#pragma once

#include "notifyd/core/clock.hpp"

#include <algorithm>
#include <cstddef>

namespace notifyd {

// Asked for with each take, so that a reload counts at once.
struct Rate {
    std::size_t per_second = 0;  // 0: no limit
    std::size_t burst = 1;
};

class TokenBucket {
  public:
    // Takes one token; false when there is none.
    [[nodiscard]] bool take(SteadyTime now, const Rate& rate) { return take_or_wait(now, rate).count() == 0; }

    // Zero: a token was taken. Otherwise how long it is until there will be one.
    [[nodiscard]] std::chrono::nanoseconds take_or_wait(SteadyTime now, const Rate& rate) {
        using std::chrono::nanoseconds;
        if (rate.per_second == 0) return nanoseconds::zero();
        constexpr std::int64_t second = 1'000'000'000;
        const auto per_second = static_cast<std::int64_t>(std::min<std::size_t>(rate.per_second, second));
        const auto burst = static_cast<std::int64_t>(std::clamp<std::size_t>(rate.burst, 1, second));
        // Rounded up: never more than the rate.
        const nanoseconds step((second + per_second - 1) / per_second);
        // A bucket that a reload has made smaller is empty at most, and owes nothing for what it gave before.
        const SteadyTime from = std::clamp(full_at_, now, now + step * burst);
        const nanoseconds wait = from - now - step * (burst - 1);
        full_at_ = wait > nanoseconds::zero() ? from : from + step;
        return std::max(wait, nanoseconds::zero());
    }

  private:
    // When the bucket will be full again.
    SteadyTime full_at_;
};

}  // namespace notifyd
