// Deletes what has expired and returns its space to the disk, in slices so small that publishing never waits for them.
// Flow:   a loop's timer -> run() when next_run() is due -> a slice of a duty -> next_run() moves
// Owns:   its duties and its schedule; at most one slice is under way.
// Thread: one loop; one instance per process.
// Fails:  never visibly: a failed slice is retried later; expired rows only stay a little longer.
#pragma once

#include "notifyd/core/clock.hpp"
#include "notifyd/core/result.hpp"
#include "notifyd/core/unique_function.hpp"
#include "notifyd/history/retention_clock.hpp"
#include "notifyd/observability/events.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

namespace notifyd::history {

// Receives how many were deleted.
using SliceDone = UniqueFunction<void(Result<std::size_t>)>;

// One kind of things to delete (retention_duties.hpp).
struct RetentionDuty {
    // In the log.
    std::string_view what;
    // How many to delete at once.
    std::size_t slice = 0;
    // Starts to delete at most `slice` of what has expired by `now`; nullopt: the wall clock is not to be trusted.
    // False: nothing can have expired, and `done` is not called.
    using Start = std::function<bool(std::optional<EpochMs> now, std::size_t slice, SliceDone done)>;
    Start start;
    using Report = void (*)(observability::Events& events, std::string_view what, std::int64_t count);
    Report report = nullptr;
};

// Pure: decides when the next slice is due, and of which duty. All duties are performed in order, round after round.
class RetentionSchedule {
  public:
    // Lets other writes pass between two slices.
    static constexpr Milliseconds pause_between_slices{20};
    // After a round, and after a failure.
    static constexpr Milliseconds interval{60'000};

    enum class Slice : std::uint8_t { full, last, failed };

    RetentionSchedule(SteadyTime start, std::size_t duties) : duties_(duties), next_(start) {}

    [[nodiscard]] SteadyTime next() const { return next_; }
    [[nodiscard]] std::size_t duty() const { return duty_; }
    // A full slice means that more of the same is waiting.
    void slice_ended(SteadyTime now, Slice slice);

  private:
    std::size_t duties_;
    std::size_t duty_ = 0;
    SteadyTime next_;
};

class Retention {
  public:
    // There is at least one duty. `last_known`: the time before this start, as far as it is known. Must outlive the
    // last `done` of the duties.
    Retention(std::vector<RetentionDuty> duties,
              const Clock& wall,
              std::optional<EpochMs> last_known,
              observability::Events& events);
    Retention(const Retention&) = delete;
    Retention& operator=(const Retention&) = delete;

    // When run() should be called next; nullopt while a slice is under way.
    [[nodiscard]] std::optional<SteadyTime> next_run() const;

    // Starts a slice if one is due; otherwise does nothing.
    void run();

  private:
    void slice_ended(const Result<std::size_t>& done);

    const std::vector<RetentionDuty> duties_;
    const Clock& wall_;
    observability::Events& events_;
    RetentionClock clock_;
    RetentionSchedule schedule_;
    bool busy_ = false;
};

}  // namespace notifyd::history
