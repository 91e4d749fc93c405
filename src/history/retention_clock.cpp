// Compares the wall clock with the steady clock.
#include "notifyd/history/retention_clock.hpp"

#include "notifyd/observability/events/storage.hpp"

#include <algorithm>

namespace notifyd::history {

namespace {

bool differ(Milliseconds a, Milliseconds b, Milliseconds by) {
    return a - b >= by || b - a >= by;
}

Milliseconds since_zero(SteadyTime time) {
    return std::chrono::duration_cast<Milliseconds>(time.time_since_epoch());
}

}  // namespace

RetentionClock::RetentionClock(const Clock& clock, std::optional<EpochMs> last_known, observability::Events& events)
    : clock_(clock),
      events_(events),
      last_offset_(offset()),
      agreed_since_(clock.steady_now()),
      trusted_offset_(last_offset_) {
    if (!last_known.has_value()) return;
    const Milliseconds by_last_known = Milliseconds(*last_known) - since_zero(clock.steady_now());
    if (differ(last_offset_, by_last_known, leap_min)) trusted_offset_ = by_last_known;
}

Milliseconds RetentionClock::offset() const {
    return Milliseconds(clock_.now_ms()) - since_zero(clock_.steady_now());
}

void RetentionClock::observe(Milliseconds offset) {
    const SteadyTime steady = clock_.steady_now();
    if (differ(offset, last_offset_, drift_max)) agreed_since_ = steady;
    last_offset_ = offset;
    if (steady - agreed_since_ >= confirmation) trusted_offset_ = offset;
}

std::optional<EpochMs> RetentionClock::now() {
    const Milliseconds offset = this->offset();
    observe(offset);
    const bool leapt = differ(offset, trusted_offset_, leap_min);
    if (leapt && !waiting_) events_.emit(observability::ClockLeapt{(offset - trusted_offset_).count()});
    if (!leapt && waiting_) events_.emit(observability::ClockTrusted{});
    waiting_ = leapt;
    if (leapt) return std::nullopt;
    return (std::min(offset, trusted_offset_) + since_zero(clock_.steady_now())).count();
}

}  // namespace notifyd::history
