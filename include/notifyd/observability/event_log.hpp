// Where the events of all threads meet: writes their log lines within their limits, and sums their counts.
// Owns:   the limits, which hold for all threads together.
// Thread: any.
#pragma once

#include "notifyd/core/clock.hpp"
#include "notifyd/observability/event.hpp"
#include "notifyd/observability/first_few.hpp"
#include "notifyd/observability/sampler.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <mutex>
#include <vector>

namespace notifyd::observability {

class Events;

class EventLog {
  public:
    EventLog(LogSink& sink, const Clock& clock);
    EventLog(const EventLog&) = delete;
    EventLog& operator=(const EventLog&) = delete;

    void write(const Emission& emission);

    // How often each kind of event has been emitted on any thread, in the order of event_kinds().
    [[nodiscard]] std::vector<std::uint64_t> counts() const;

  private:
    friend class Events;

    struct Limiter {
        explicit Limiter(LogLimit limit) : sampler(limit.most), causes(limit.most, std::chrono::hours(1)) {}

        Sampler sampler;
        std::atomic<std::int64_t> left_out{0};
        FirstFew causes;
    };

    void add(const Events& events);
    // Adds its counts to those of ended threads.
    void remove(const Events& events);
    void write_line(const Emission& emission, LogLevel level, const LogField* mark = nullptr);

    LogSink& sink_;
    const Clock& clock_;
    std::deque<Limiter> limiters_;  // by the number of the kind
    mutable std::mutex mutex_;
    std::vector<const Events*> threads_;
    std::vector<std::uint64_t> ended_;  // counts of threads that are gone
};

}  // namespace notifyd::observability
