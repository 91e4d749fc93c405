// A clock that distrusts a jump across a restart: if the wall clock is a day or more ahead of the last known time,
// nothing expires until an hour has confirmed it. Until then, this clock continues from the last known time.
#pragma once

#include "notifyd/core/clock.hpp"
#include "notifyd/core/clock_leap.hpp"

#include <optional>

namespace notifyd {

class DoubtedClock final : public Clock {
  public:
    // `clock` runs with the steady clock and must outlive this object. `last_known` is the last time recorded before
    // the restart, if any.
    DoubtedClock(const Clock& clock, std::optional<EpochMs> last_known)
        : clock_(clock), confirmed_at_(clock.steady_now() + clock_confirmation) {
        const Milliseconds ahead(clock.now_ms() - last_known.value_or(clock.now_ms()));
        if (ahead >= clock_leap_min) ahead_ = ahead;
    }

    [[nodiscard]] EpochMs now_ms() const override {
        const bool is_confirmed = clock_.steady_now() >= confirmed_at_;
        return clock_.now_ms() - (is_confirmed ? 0 : ahead_.count());
    }
    [[nodiscard]] SteadyTime steady_now() const override { return clock_.steady_now(); }

  private:
    const Clock& clock_;
    const SteadyTime confirmed_at_;
    Milliseconds ahead_{0};
};

}  // namespace notifyd
