// A token bucket: `burst` at once, then `per_second`. Pure.
// Owns: two numbers. Thread: one. Fails: never.
#pragma once

#include "notifyd/core/clock.hpp"

#include <algorithm>

namespace notifyd {

class TokenBucket {
  public:
    // per_second 0: no limit.
    TokenBucket(double per_second, double burst, SteadyTime now)
        : per_second_(per_second), burst_(std::max(burst, 1.0)), tokens_(burst_), filled_at_(now) {}

    // Takes one token; false when there is none.
    [[nodiscard]] bool take(SteadyTime now) {
        if (per_second_ <= 0) return true;
        const std::chrono::duration<double> passed = now - filled_at_;
        tokens_ = std::min(burst_, tokens_ + passed.count() * per_second_);
        filled_at_ = now;
        if (tokens_ < 1.0) return false;
        tokens_ -= 1.0;
        return true;
    }

  private:
    double per_second_;
    double burst_;
    double tokens_;
    SteadyTime filled_at_;
};

}  // namespace notifyd
