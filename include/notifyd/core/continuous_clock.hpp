// A clock for windows and lifetimes that must not change when somebody sets the wall clock: it starts at the wall clock
// plus an offset and then runs with the steady clock. Internal only; its time is never shown to clients.
// The offset keeps it continuous across restarts: pass the previous instance's offset() to the next one.
#pragma once

#include "notifyd/core/clock.hpp"

#include <chrono>

namespace notifyd {

class ContinuousClock final : public Clock {
  public:
    // `wall` outlives this.
    ContinuousClock(const Clock& wall, Milliseconds offset)
        : wall_(wall), start_(wall.now_ms() + offset.count()), steady_start_(wall.steady_now()) {}

    [[nodiscard]] EpochMs now_ms() const override {
        return start_ + std::chrono::duration_cast<Milliseconds>(wall_.steady_now() - steady_start_).count();
    }
    [[nodiscard]] SteadyTime steady_now() const override { return wall_.steady_now(); }
    // How far this clock is ahead of the wall clock; negative if it is behind.
    [[nodiscard]] Milliseconds offset() const { return Milliseconds(now_ms() - wall_.now_ms()); }

  private:
    const Clock& wall_;
    const EpochMs start_;
    const SteadyTime steady_start_;
};

}  // namespace notifyd
