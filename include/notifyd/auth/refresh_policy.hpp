// Decides when to fetch the key set behind a URL, and how long it stays valid: on schedule, occasionally for a token
// with an unknown key, and at growing intervals while fetches fail. Pure: the time is an argument, and it performs
// nothing itself.
#pragma once

#include "notifyd/core/clock.hpp"

#include <cstddef>
#include <optional>

namespace notifyd::auth {

class RefreshPolicy {
  public:
    // A token can name any kid, so unknown ones start at most one fetch in this time.
    static constexpr std::chrono::seconds request_interval{30};
    static constexpr std::chrono::seconds retry_first{1};
    static constexpr std::chrono::seconds retry_max{60};
    // How long keys stay valid while they cannot be refreshed; or ten refresh intervals, if that is longer.
    static constexpr std::chrono::hours age_min{24};

    // The first fetch is due at once.
    RefreshPolicy(Milliseconds refresh, SteadyTime now) : refresh_(refresh), next_fetch_(now) {}

    // Takes effect at once; the next fetch is due no later than the new interval requires.
    void set_refresh(Milliseconds refresh, SteadyTime now);

    // Whether to start a fetch now; never while one is in flight.
    [[nodiscard]] bool due(SteadyTime now) const { return !in_flight_ && now >= next_fetch_; }
    // For a token with an unknown key: true if a fetch is in flight or due now, perhaps only for this token. A failed
    // fetch is retried on its own schedule, whoever asks.
    [[nodiscard]] bool request(SteadyTime now);

    void started() { in_flight_ = true; }
    void succeeded(SteadyTime now);
    void failed(SteadyTime now);

    // The last fetched set is too old to be trusted and must be dropped.
    [[nodiscard]] bool expired(SteadyTime now) const { return fetched_at_ && now >= *fetched_at_ + max_age(); }
    void dropped() { fetched_at_.reset(); }

    // When to call `due` and `expired` again.
    [[nodiscard]] SteadyTime next() const;

  private:
    [[nodiscard]] Milliseconds max_age() const;

    Milliseconds refresh_;
    SteadyTime next_fetch_;
    std::optional<SteadyTime> fetched_at_;
    std::optional<SteadyTime> requested_at_;
    std::size_t failures_ = 0;
    bool in_flight_ = false;
};

}  // namespace notifyd::auth
