// Deletes what has expired, one slice at a time.
#include "notifyd/history/retention.hpp"

#include "notifyd/core/limits.hpp"
#include "notifyd/observability/events/storage.hpp"

namespace notifyd::history {

void RetentionSchedule::slice_ended(SteadyTime now, Slice slice) {
    next_ = now + pause_between_slices;
    if (slice == Slice::full) return;
    if (slice == Slice::failed || duty_ == RetentionDuty::space) {
        duty_ = RetentionDuty::messages;
        next_ = now + interval;
    } else {
        duty_ = static_cast<RetentionDuty>(static_cast<std::uint8_t>(duty_) + 1);
    }
}

Retention::Retention(ports::MessageLog& log,
                     ports::DeadLetterStore& letters,
                     ports::TicketStore& tickets,
                     ports::DiskSpace& disk,
                     RetentionClocks clocks,
                     observability::Events& events,
                     RetentionTimes keep)
    : log_(log),
      letters_(letters),
      tickets_(tickets),
      disk_(disk),
      clocks_(clocks),
      events_(events),
      keep_(keep),
      clock_(clocks.wall, clocks.last_known, events),
      schedule_(clocks.wall.steady_now()) {}

std::optional<EpochMs> Retention::cutoff(Milliseconds keep) {
    constexpr Milliseconds for_ever{0};
    const std::optional<EpochMs> now = clock_.now();
    if (!now.has_value() || keep == for_ever) return std::nullopt;
    return *now - keep.count();
}

std::optional<SteadyTime> Retention::next_run() const {
    if (busy_) return std::nullopt;
    return schedule_.next();
}

void Retention::run() {
    const auto due = next_run();
    if (!due || clocks_.wall.steady_now() < *due) return;
    busy_ = true;
    start(schedule_.duty());
}

void Retention::start(RetentionDuty duty) {
    const auto rows_ended = [this](Result<std::size_t> deleted) { slice_ended(deleted, limits::retention_slice_rows); };
    const auto pages_ended = [this](Result<std::size_t> given) { slice_ended(given, limits::reclaim_slice_pages); };
    const auto nothing_ends = [this] { slice_ended(std::size_t{0}, limits::retention_slice_rows); };
    switch (duty) {
        case RetentionDuty::messages:
            if (const auto before = cutoff(keep_.messages)) {
                return log_.delete_expired(*before, limits::retention_slice_rows, rows_ended);
            }
            return nothing_ends();
        case RetentionDuty::letters:
            if (const auto before = cutoff(keep_.letters)) {
                return letters_.delete_expired(*before, limits::retention_slice_rows, rows_ended);
            }
            return nothing_ends();
        case RetentionDuty::tickets:
            return tickets_.delete_expired(clocks_.lifetimes.now_ms(), limits::retention_slice_rows, rows_ended);
        case RetentionDuty::space:
            return disk_.reclaim(limits::reclaim_slice_pages, pages_ended);
    }
}

void Retention::slice_ended(const Result<std::size_t>& done, std::size_t full) {
    using Slice = RetentionSchedule::Slice;
    busy_ = false;
    if (done.has_value() && *done > 0) report(*done);
    const Slice slice = !done.has_value() ? Slice::failed : *done >= full ? Slice::full : Slice::last;
    schedule_.slice_ended(clocks_.wall.steady_now(), slice);
}

void Retention::report(std::size_t done) {
    const auto count = static_cast<std::int64_t>(done);
    switch (schedule_.duty()) {
        case RetentionDuty::messages:
            return events_.emit(observability::RetentionDeleted{count, "messages"});
        case RetentionDuty::letters:
            return events_.emit(observability::RetentionDeleted{count, "dead_letters"});
        case RetentionDuty::tickets:
            return events_.emit(observability::RetentionDeleted{count, "connection_tokens"});
        case RetentionDuty::space:
            return events_.emit(observability::PagesReclaimed{count});
    }
}

}  // namespace notifyd::history
