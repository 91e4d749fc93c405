// Slices of expired messages, one at a time.
#include "notifyd/history/retention.hpp"

#include "notifyd/core/limits.hpp"

namespace notifyd::history {

void RetentionSchedule::slice_ended(SteadyTime now, std::optional<std::size_t> deleted) {
    const bool more = deleted && *deleted >= limits::retention_slice_rows;
    next_ = now + (more ? pause_between_slices : interval);
}

Retention::Retention(ports::MessageLog& log, const Clock& clock, observability::Events& events, Milliseconds keep)
    : log_(log), clock_(clock), events_(events), keep_(keep), schedule_(clock.steady_now()) {}

std::optional<SteadyTime> Retention::next_run() const {
    if (busy_ || keep_ <= Milliseconds::zero()) return std::nullopt;
    return schedule_.next();
}

void Retention::run() {
    const auto due = next_run();
    if (!due || clock_.steady_now() < *due) return;
    busy_ = true;
    log_.delete_expired(clock_.now_ms() - keep_.count(),
                        limits::retention_slice_rows,
                        [this](Result<std::size_t> deleted) { slice_ended(deleted); });
}

void Retention::slice_ended(const Result<std::size_t>& deleted) {
    busy_ = false;
    const auto rows = deleted.has_value() ? std::optional(*deleted) : std::nullopt;
    schedule_.slice_ended(clock_.steady_now(), rows);
    if (rows.value_or(0) > 0) events_.emit(observability::RetentionDeleted{static_cast<std::int64_t>(*rows)});
}

}  // namespace notifyd::history
