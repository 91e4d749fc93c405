// A token bucket: `burst` at once, then `per_second`, in whole nanoseconds (the virtual scheduling algorithm). Pure.
#pragma once

#include "notifyd/core/clock.hpp"

#include <algorithm>
#include <cstddef>

namespace notifyd {

// Passed to each take, so that a reload applies immediately.
struct Rate {
    std::size_t per_second = 0;  // 0: no limit
    std::size_t burst = 1;
};

class TokenBucket {
  public:
    // Takes one token; false if there is none.
    [[nodiscard]] bool take(SteadyTime now, const Rate& rate) { return take_or_wait(now, rate).count() == 0; }

    // Zero: a token was taken. Otherwise, how long until one is available.
    [[nodiscard]] std::chrono::nanoseconds take_or_wait(SteadyTime now, const Rate& rate) {
        using std::chrono::nanoseconds;
        if (rate.per_second == 0) return nanoseconds::zero();
        constexpr std::int64_t second = 1'000'000'000;
        const auto per_second = static_cast<std::int64_t>(std::min<std::size_t>(rate.per_second, second));
        const auto burst = static_cast<std::int64_t>(std::clamp<std::size_t>(rate.burst, 1, second));
        // Rounded up, so that the rate is never exceeded.
        const nanoseconds step((second + per_second - 1) / per_second);
        // If a reload shrank the bucket, it is at worst empty: earlier takes leave no debt.
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
