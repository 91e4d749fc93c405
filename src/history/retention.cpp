// Performs the duties, one slice at a time.
#include "notifyd/history/retention.hpp"

#include <utility>

namespace notifyd::history {

void RetentionSchedule::slice_ended(SteadyTime now, Slice slice) {
    next_ = now + pause_between_slices;
    if (slice == Slice::full) return;
    ++duty_;
    if (slice == Slice::failed || duty_ == duties_) {
        duty_ = 0;
        next_ = now + interval;
    }
}

Retention::Retention(std::vector<RetentionDuty> duties,
                     const Clock& wall,
                     std::optional<EpochMs> last_known,
                     observability::Events& events)
    : duties_(std::move(duties)),
      wall_(wall),
      events_(events),
      clock_(wall, last_known, events),
      schedule_(wall.steady_now(), duties_.size()) {}

std::optional<SteadyTime> Retention::next_run() const {
    if (busy_) return std::nullopt;
    return schedule_.next();
}

void Retention::run() {
    const auto due = next_run();
    if (!due || wall_.steady_now() < *due) return;
    busy_ = true;
    const RetentionDuty& duty = duties_[schedule_.duty()];
    const bool started =
        duty.start(clock_.now(), duty.slice, [this](Result<std::size_t> deleted) { slice_ended(deleted); });
    if (!started) slice_ended(std::size_t{0});
}

void Retention::slice_ended(const Result<std::size_t>& done) {
    using Slice = RetentionSchedule::Slice;
    busy_ = false;
    const RetentionDuty& duty = duties_[schedule_.duty()];
    if (done.has_value() && *done > 0) duty.report(events_, duty.what, static_cast<std::int64_t>(*done));
    const Slice slice = !done.has_value() ? Slice::failed : *done >= duty.slice ? Slice::full : Slice::last;
    schedule_.slice_ended(wall_.steady_now(), slice);
}

}  // namespace notifyd::history
