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
    [[nodiscard]] bool take(SteadyTime now, const Rate& rate) {
        if (rate.per_second == 0) return true;
        constexpr std::int64_t second = 1'000'000'000;
        const auto per_second = static_cast<std::int64_t>(std::min<std::size_t>(rate.per_second, second));
        const auto burst = static_cast<std::int64_t>(std::clamp<std::size_t>(rate.burst, 1, second));
        // Rounded up: never more than the rate.
        const std::chrono::nanoseconds step((second + per_second - 1) / per_second);
        const SteadyTime from = std::max(full_at_, now);
        if (from - now > step * (burst - 1)) return false;
        full_at_ = from + step;
        return true;
    }

  private:
    // When the bucket will be full again.
    SteadyTime full_at_;
};

}  // namespace notifyd
