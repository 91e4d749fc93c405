// Admits at most a given number in any window of time, by remembering the times of the last admissions; unlike a token
// bucket, which would admit nearly twice as many around a burst. Pure.
// Memory: one time per admission in the window.
#pragma once

#include "notifyd/core/clock.hpp"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace notifyd {

class SlidingWindow {
  public:
    // Zero: admitted and recorded. Otherwise, how long until one would be admitted. `most` 0 means no limit.
    [[nodiscard]] Milliseconds take(SteadyTime now, Milliseconds window, std::size_t most) {
        if (most == 0) return Milliseconds::zero();
        while (size() != 0 && times_[first_] + window <= now) forget_first();
        const Milliseconds wait = look(now, window, most);
        if (wait == Milliseconds::zero()) times_.push_back(now);
        return wait;
    }

    // What take would return, without recording anything.
    [[nodiscard]] Milliseconds look(SteadyTime now, Milliseconds window, std::size_t most) const {
        if (most == 0 || size() < most) return Milliseconds::zero();
        const auto wait = times_[times_.size() - most] + window - now;
        return std::max(std::chrono::ceil<Milliseconds>(wait), Milliseconds::zero());
    }

    void forget_first() {
        ++first_;
        if (first_ * 2 < times_.size()) return;
        times_.erase(times_.begin(), times_.begin() + static_cast<std::ptrdiff_t>(first_));
        first_ = 0;
    }

    // Must not be empty.
    void forget_last() { times_.pop_back(); }

    [[nodiscard]] std::size_t size() const { return times_.size() - first_; }

  private:
    std::vector<SteadyTime> times_;
    std::size_t first_ = 0;  // earlier ones are outside the window
};

}  // namespace notifyd
