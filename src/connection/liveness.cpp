// Ping, idle and age rules.
#include "notifyd/connection/liveness.hpp"

namespace notifyd::connection {

Liveness::Action Liveness::next(SteadyTime now) {
    const auto passed = [now](SteadyTime since, Milliseconds limit) {
        return limit != Milliseconds::zero() && now - since >= limit;
    };
    if (passed(opened_at_, rules_.age_max)) return Action::close_too_old;
    if (passed(heard_at_, rules_.idle_timeout)) return Action::close_idle;
    if (!passed(pinged_at_, rules_.ping_interval)) return Action::wait;
    pinged_at_ = now;
    return Action::send_ping;
}

}  // namespace notifyd::connection
