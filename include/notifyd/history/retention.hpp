// Deletes expired messages, dead letters and connection tokens and returns their space to the disk, in slices so small
// that publishing never waits for them.
// Flow:   a loop's timer -> run() when next_run() is due -> a slice through one of the ports -> next_run() moves
// Owns:   its schedule; at most one slice is under way.
// Thread: one loop; one instance per process.
// Fails:  never visibly: a failed slice is retried later; expired rows only stay a little longer.
#pragma once

#include "notifyd/core/clock.hpp"
#include "notifyd/core/result.hpp"
#include "notifyd/history/retention_clock.hpp"
#include "notifyd/observability/events.hpp"
#include "notifyd/ports/dead_letter_store.hpp"
#include "notifyd/ports/disk_space.hpp"
#include "notifyd/ports/message_log.hpp"
#include "notifyd/ports/ticket_store.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace notifyd::history {

// Performed in this order, round after round.
enum class RetentionDuty : std::uint8_t { messages, letters, tickets, space };

// Pure: decides when the next slice is due, and of which duty.
class RetentionSchedule {
  public:
    // Lets other writes pass between two slices.
    static constexpr Milliseconds pause_between_slices{20};
    // After a round, and after a failure.
    static constexpr Milliseconds interval{60'000};

    enum class Slice : std::uint8_t { full, last, failed };

    explicit RetentionSchedule(SteadyTime start) : next_(start) {}

    [[nodiscard]] SteadyTime next() const { return next_; }
    [[nodiscard]] RetentionDuty duty() const { return duty_; }
    // A full slice means that more of the same is waiting.
    void slice_ended(SteadyTime now, Slice slice);

  private:
    RetentionDuty duty_ = RetentionDuty::messages;
    SteadyTime next_;
};

struct RetentionClocks {
    const Clock& wall;
    // The clock that connection tokens expire by (Storage::continuous_clock()).
    const Clock& lifetimes;
    // The time before this start, as far as it is known (Storage::last_known_time()).
    std::optional<EpochMs> last_known;
};

// How long to keep each; 0: for ever.
struct RetentionTimes {
    Milliseconds messages{0};
    Milliseconds letters{0};
};

class Retention {
  public:
    // All arguments must outlive this object, and this object must outlive the last `done` of the ports.
    Retention(ports::MessageLog& log,
              ports::DeadLetterStore& letters,
              ports::TicketStore& tickets,
              ports::DiskSpace& disk,
              RetentionClocks clocks,
              observability::Events& events,
              RetentionTimes keep);
    Retention(const Retention&) = delete;
    Retention& operator=(const Retention&) = delete;

    // When run() should be called next; nullopt while a slice is under way.
    [[nodiscard]] std::optional<SteadyTime> next_run() const;

    // Starts a slice if one is due; otherwise does nothing.
    void run();

  private:
    void start(RetentionDuty duty);
    // Whatever was stored before this time has been kept for `keep`; nullopt: nothing may be deleted.
    [[nodiscard]] std::optional<EpochMs> cutoff(Milliseconds keep);
    void slice_ended(const Result<std::size_t>& done, std::size_t full);
    void report(std::size_t done);

    ports::MessageLog& log_;
    ports::DeadLetterStore& letters_;
    ports::TicketStore& tickets_;
    ports::DiskSpace& disk_;
    const RetentionClocks clocks_;
    observability::Events& events_;
    const RetentionTimes keep_;
    RetentionClock clock_;
    RetentionSchedule schedule_;
    bool busy_ = false;
};

}  // namespace notifyd::history
