// A clock that only the test advances. It may be advanced while other threads read it.
#pragma once

#include "notifyd/core/clock.hpp"

#include <atomic>

namespace notifyd::testing {

class FakeClock final : public Clock {
  public:
    [[nodiscard]] EpochMs now_ms() const override { return 1'700'000'000'000 + since_start_ + stepped_; }
    [[nodiscard]] SteadyTime steady_now() const override { return SteadyTime(Milliseconds(since_start_)); }
    void advance(Milliseconds time) { since_start_ += time.count(); }
    // Steps the wall clock, forward or back.
    void step(Milliseconds time) { stepped_ += time.count(); }

  private:
    std::atomic<Milliseconds::rep> since_start_{0};
    std::atomic<Milliseconds::rep> stepped_{0};
};

}  // namespace notifyd::testing
