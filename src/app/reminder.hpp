// Says again, each hour, what is wrong with the way the server is run: insecure settings, a certificate near its end.
// Owns:   when it said so last.
// Thread: main.
// Fails:  never.
#pragma once

#include "notifyd/config/config.hpp"
#include "notifyd/observability/events.hpp"

#include "every.hpp"

#include <chrono>
#include <optional>

namespace notifyd::app {

class Reminder {
  public:
    static constexpr std::chrono::hours interval{1};
    static constexpr std::chrono::days certificate_notice{14};

    Reminder(observability::Events& events, const Clock& clock)
        : events_(events), clock_(clock), hourly_(interval, clock.steady_now()) {}

    // What is doubtful, once at first and then each hour.
    void poll(const config::Config& config, std::optional<EpochMs> certificate_until) {
        if (hourly_.is_due(clock_.steady_now())) remind(config, certificate_until);
    }
    // Now; the next time in an hour.
    void restart(const config::Config& config, std::optional<EpochMs> certificate_until) {
        hourly_ = Every(interval, clock_.steady_now());
        poll(config, certificate_until);
    }
    [[nodiscard]] SteadyTime next() const { return hourly_.next(); }

  private:
    void remind(const config::Config& config, std::optional<EpochMs> certificate_until);

    observability::Events& events_;
    const Clock& clock_;
    Every hourly_;
};

}  // namespace notifyd::app
