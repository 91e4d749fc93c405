// A timer for a recurring task. Pure: the caller supplies the time.
#pragma once

#include "notifyd/core/clock.hpp"

namespace notifyd::app {

class PeriodicTimer {
  public:
    PeriodicTimer(Milliseconds interval, SteadyTime first) : interval_(interval), next_(first) {}

    // Whether the timer has expired; if so, it is rearmed for one interval from now. Missed intervals are not made up.
    [[nodiscard]] bool is_due(SteadyTime now) {
        if (now < next_) return false;
        next_ = now + interval_;
        return true;
    }
    [[nodiscard]] SteadyTime next() const { return next_; }

  private:
    Milliseconds interval_;
    SteadyTime next_;
};

}  // namespace notifyd::app
