// Decides when a connection is pinged and when it is given up (docs/protocol.md#staying-connected). Pure: takes the
// time, returns an action.
#pragma once

#include "notifyd/core/clock.hpp"

#include <cstdint>

namespace notifyd::connection {

// A value of 0 disables a rule.
struct LivenessRules {
    Milliseconds ping_interval{0};
    Milliseconds idle_timeout{0};
    Milliseconds age_max{0};
};

// The age at which one connection ends: within 10 % of `age_max`, so that connections opened together do not close
// together. `seed` must be evenly distributed over the connections.
[[nodiscard]] Milliseconds spread_age(Milliseconds age_max, std::uint64_t seed);

class Liveness {
  public:
    enum class Action : std::uint8_t { wait, send_ping, close_idle, close_too_old };

    Liveness(const LivenessRules& rules, SteadyTime opened_at)
        : rules_(rules), opened_at_(opened_at), heard_at_(opened_at), pinged_at_(opened_at) {}

    // The peer sent something, of any kind.
    void heard(SteadyTime now) { heard_at_ = now; }
    // What to do now. Returning send_ping counts as having sent it.
    [[nodiscard]] Action next(SteadyTime now);

  private:
    LivenessRules rules_;
    SteadyTime opened_at_;
    SteadyTime heard_at_;
    SteadyTime pinged_at_;
};

}  // namespace notifyd::connection
