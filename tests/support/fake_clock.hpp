// A clock that moves when the test says so.
#pragma once

#include "notifyd/core/clock.hpp"

namespace notifyd::testing {

class FakeClock final : public Clock {
  public:
    [[nodiscard]] EpochMs now_ms() const override { return 1'700'000'000'000 + since_start_.count(); }
    [[nodiscard]] SteadyTime steady_now() const override { return SteadyTime(since_start_); }
    void advance(Milliseconds time) { since_start_ += time; }

  private:
    Milliseconds since_start_{0};
};

}  // namespace notifyd::testing
