// The time for retention: never later than what the wall clock and the steady clock agree on, so that no leap of the
// wall clock deletes anything early.
// A wall clock that was set is trusted once it has run in step with the steady clock for an hour; until then, time
// continues from where it was. After a leap of a day or more, or a start a day or more away from the last known time,
// there is no time at all until that hour is over.
// Owns:   its decisions, which it logs.
// Thread: one loop.
#pragma once

#include "notifyd/core/clock.hpp"
#include "notifyd/core/clock_leap.hpp"
#include "notifyd/observability/events.hpp"

#include <chrono>
#include <optional>

namespace notifyd::history {

class RetentionClock {
  public:
    static constexpr Milliseconds leap_min = clock_leap_min;
    static constexpr Milliseconds confirmation = clock_confirmation;
    // How far the two clocks may drift apart between two calls without either having been set.
    static constexpr Milliseconds drift_max = std::chrono::seconds(5);

    // `last_known`: the time before this start, as far as it is known.
    RetentionClock(const Clock& clock, std::optional<EpochMs> last_known, observability::Events& events);

    // nullopt: nothing may expire. Call at least every few minutes.
    [[nodiscard]] std::optional<EpochMs> now();

  private:
    // How far the wall clock is ahead of the steady clock, whose zero is arbitrary.
    [[nodiscard]] Milliseconds offset() const;
    void observe(Milliseconds offset);

    const Clock& clock_;
    observability::Events& events_;
    Milliseconds last_offset_;
    SteadyTime agreed_since_;
    Milliseconds trusted_offset_;
    bool waiting_ = false;
};

}  // namespace notifyd::history
