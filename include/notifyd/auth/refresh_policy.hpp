// When the key set behind a URL is fetched, and how long it holds: on schedule, once in a while for a token whose key
// is not known, later and later while it fails. Pure: it is told the time, and does nothing itself. Owns: times.
// Thread: one. Fails: never.
#pragma once

#include "notifyd/core/clock.hpp"

#include <cstddef>
#include <optional>

namespace notifyd::auth {

class RefreshPolicy {
  public:
    // Tokens can name any kid: those that are not known start no more than one fetch in this time.
    static constexpr std::chrono::seconds request_interval{30};
    static constexpr std::chrono::seconds retry_first{1};
    static constexpr std::chrono::seconds retry_max{60};
    // Keys that could not be fetched again serve for so long, or for ten refreshes if that is more.
    static constexpr std::chrono::hours age_min{24};

    // The first fetch is due at once.
    RefreshPolicy(Milliseconds refresh, SteadyTime now) : refresh_(refresh), next_fetch_(now) {}

    // From now on; the next fetch comes no later than it would by the new interval.
    void set_refresh(Milliseconds refresh, SteadyTime now);

    // A fetch is to start now. Never while one is in flight.
    [[nodiscard]] bool due(SteadyTime now) const { return !in_flight_ && now >= next_fetch_; }
    // For a token whose key is not known: true when a fetch is in flight, or is due now, if only for this token.
    // A fetch that failed is repeated in its own time, whoever asks.
    [[nodiscard]] bool request(SteadyTime now);

    void started() { in_flight_ = true; }
    void succeeded(SteadyTime now);
    void failed(SteadyTime now);

    // The set that was fetched last is too old to be trusted, and must be dropped.
    [[nodiscard]] bool expired(SteadyTime now) const { return fetched_at_ && now >= *fetched_at_ + max_age(); }
    void dropped() { fetched_at_.reset(); }

    // When to ask `due` and `expired` again.
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
