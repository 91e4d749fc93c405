// Warns every hour about insecure settings and a certificate that expires soon.
#pragma once

#include "notifyd/config/config.hpp"
#include "notifyd/observability/events.hpp"

#include "periodic_timer.hpp"

#include <chrono>
#include <optional>

namespace notifyd::app {

class Reminder {
  public:
    static constexpr std::chrono::hours interval{1};
    static constexpr std::chrono::days certificate_notice{14};

    Reminder(observability::Events& events, const Clock& clock)
        : events_(events), clock_(clock), hourly_(interval, clock.steady_now()) {}

    // Warns on the first call and then every hour.
    void poll(const config::Config& config, std::optional<EpochMs> certificate_until) {
        if (hourly_.is_due(clock_.steady_now())) remind(config, certificate_until);
    }
    // Warns now, and next in an hour.
    void restart(const config::Config& config, std::optional<EpochMs> certificate_until) {
        hourly_ = PeriodicTimer(interval, clock_.steady_now());
        poll(config, certificate_until);
    }
    [[nodiscard]] SteadyTime next() const { return hourly_.next(); }

  private:
    void remind(const config::Config& config, std::optional<EpochMs> certificate_until);

    observability::Events& events_;
    const Clock& clock_;
    PeriodicTimer hourly_;
};

}  // namespace notifyd::app
