// Ping, idle and age rules.
#include "notifyd/connection/liveness.hpp"

namespace notifyd::connection {

Milliseconds spread_age(Milliseconds age_max, std::uint64_t seed) {
    constexpr std::uint64_t steps = 2000;
    const double factor = 0.9 + 0.2 * static_cast<double>(seed % (steps + 1)) / static_cast<double>(steps);
    return Milliseconds(static_cast<Milliseconds::rep>(static_cast<double>(age_max.count()) * factor));
}

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
