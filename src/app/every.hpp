// A duty that comes round. Pure: time comes in.
// Owns: a time point. Thread: any (a value). Fails: never.
#pragma once

#include "notifyd/core/clock.hpp"

namespace notifyd::app {

class Every {
  public:
    Every(Milliseconds interval, SteadyTime first) : interval_(interval), next_(first) {}

    // Whether it is time; then not again before an interval from now, however much was missed.
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
