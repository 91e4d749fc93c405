// Deletes messages that are past their time, in slices so small that publishing never waits for them (SPEC §4.5).
// Flow:   a loop's timer -> run() when next_run() has come -> ports::MessageLog::delete_expired -> next_run() moves
// Owns:   its schedule; at most one slice is under way.
// Thread: one loop; one instance in the process.
// Fails:  never visibly: a slice that failed is tried again after a while; expired messages only stay a little longer.
#pragma once

#include "notifyd/core/clock.hpp"
#include "notifyd/core/result.hpp"
#include "notifyd/observability/events.hpp"
#include "notifyd/ports/message_log.hpp"

#include <chrono>
#include <cstddef>
#include <optional>

namespace notifyd::history {

// Pure: when the next slice is due.
class RetentionSchedule {
  public:
    // After a full slice more is waiting: go on soon, but let the log breathe.
    static constexpr Milliseconds pause_between_slices{20};
    // After the last slice, and after a failure.
    static constexpr Milliseconds interval{60'000};

    explicit RetentionSchedule(SteadyTime start) : next_(start) {}

    [[nodiscard]] SteadyTime next() const { return next_; }
    // A slice ended at `now`; `deleted` is nullopt if it failed.
    void slice_ended(SteadyTime now, std::optional<std::size_t> deleted);

  private:
    SteadyTime next_;
};

class Retention {
  public:
    // `keep` is how long a message is kept; 0: for ever. All of them must outlive this, and this must outlive the last
    // `done` of the log.
    Retention(ports::MessageLog& log, const Clock& clock, observability::Events& events, Milliseconds keep);
    Retention(const Retention&) = delete;
    Retention& operator=(const Retention&) = delete;

    // When run() wants to be called next; nullopt while a slice is under way, or if nothing ever expires.
    [[nodiscard]] std::optional<SteadyTime> next_run() const;

    // Starts a slice if one is due. Harmless at any other time.
    void run();

  private:
    void slice_ended(const Result<std::size_t>& deleted);

    ports::MessageLog& log_;
    const Clock& clock_;
    observability::Events& events_;
    Milliseconds keep_;
    RetentionSchedule schedule_;
    bool busy_ = false;
};

}  // namespace notifyd::history
