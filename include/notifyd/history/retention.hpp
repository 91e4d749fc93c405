// Deletes messages, dead letters and connection tokens that are past their time and gives their space back to the disk,
// in slices so small that publishing never waits for them.
// Flow:   a loop's timer -> run() when next_run() has come -> a slice through one of the ports -> next_run() moves
// Owns:   its schedule; at most one slice is under way.
// Thread: one loop; one instance in the process.
// Fails:  never visibly: a slice that failed is tried again after a while; what is expired only stays a little longer.
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

// In this order, round after round.
enum class RetentionDuty : std::uint8_t { messages, letters, tickets, space };

// Pure: when the next slice is due, and of what.
class RetentionSchedule {
  public:
    // Between two slices: let the log breathe.
    static constexpr Milliseconds pause_between_slices{20};
    // After a round, and after a failure.
    static constexpr Milliseconds interval{60'000};

    enum class Slice : std::uint8_t { full, last, failed };

    explicit RetentionSchedule(SteadyTime start) : next_(start) {}

    [[nodiscard]] SteadyTime next() const { return next_; }
    [[nodiscard]] RetentionDuty duty() const { return duty_; }
    // After a full slice more of the same is waiting.
    void slice_ended(SteadyTime now, Slice slice);

  private:
    RetentionDuty duty_ = RetentionDuty::messages;
    SteadyTime next_;
};

struct RetentionClocks {
    const Clock& wall;
    // What connection tokens live by (Storage::continuous_clock()).
    const Clock& lifetimes;
    // What time it was before the start, as far as it is known (Storage::last_known_time()).
    std::optional<EpochMs> last_known;
};

// 0: for ever.
struct RetentionTimes {
    Milliseconds messages{0};
    Milliseconds letters{0};
};

class Retention {
  public:
    // All of them must outlive this, and this must outlive the last `done` of the ports.
    Retention(ports::MessageLog& log,
              ports::DeadLetterStore& letters,
              ports::TicketStore& tickets,
              ports::DiskSpace& disk,
              RetentionClocks clocks,
              observability::Events& events,
              RetentionTimes keep);
    Retention(const Retention&) = delete;
    Retention& operator=(const Retention&) = delete;

    // When run() wants to be called next; nullopt while a slice is under way.
    [[nodiscard]] std::optional<SteadyTime> next_run() const;

    // Starts a slice if one is due. Harmless at any other time.
    void run();

  private:
    void start(RetentionDuty duty);
    // When what is kept that long must have been stored to go; nullopt: nothing goes.
    [[nodiscard]] std::optional<EpochMs> cutoff(Milliseconds keep);
    void slice_ended(const Result<std::size_t>& done, std::size_t full);
    void tell(std::size_t done);

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
