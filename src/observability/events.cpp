// Counting and logging of one event.
#include "notifyd/observability/events.hpp"

#include "notifyd/observability/event_log.hpp"

namespace notifyd::observability {

Events::Events(EventLog& log)
    : log_(log), counts_(std::make_unique<std::atomic<std::uint64_t>[]>(event_kinds().size())) {
    log_.add(*this);
}

Events::Events(LogSink& sink, const Clock& clock)
    : own_log_(std::make_unique<EventLog>(sink, clock)),
      log_(*own_log_),
      counts_(std::make_unique<std::atomic<std::uint64_t>[]>(event_kinds().size())) {
    log_.add(*this);
}

Events::~Events() {
    log_.remove(*this);
}

void Events::record(const Emission& emission) {
    counts_[emission.number].fetch_add(1, std::memory_order_relaxed);
    log_.write(emission);
}

void Events::add_counts_to(std::vector<std::uint64_t>& sums) const {
    for (std::size_t number = 0; number < sums.size(); ++number) {
        sums[number] += counts_[number].load(std::memory_order_relaxed);
    }
}

}  // namespace notifyd::observability
