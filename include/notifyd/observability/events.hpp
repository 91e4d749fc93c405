// Emits events: counts each and logs it. One per thread, so that counting costs nanoseconds; the counts are summed when
// somebody asks. What an event declares is in event.hpp; the events are in events/, by domain.
// Owns:   its counts.
// Thread: any, but a counter that several threads share is slower. Must not outlive its log.
#pragma once

#include "notifyd/observability/event.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace notifyd {
class Clock;
}

namespace notifyd::observability {

class EventLog;

class Events {
  public:
    explicit Events(EventLog& log);
    // With a log of its own.
    Events(LogSink& sink, const Clock& clock);
    ~Events();
    Events(const Events&) = delete;
    Events& operator=(const Events&) = delete;

    template <Event T>
    void emit(const T& event) {
        Emission emission{.number = event_number<T>,
                          .info = T::info,
                          .level = T::info.level,
                          .cause = {},
                          .event = &event,
                          .describe = [](const void* described, Fields& fields) {
                              static_cast<const T*>(described)->describe(fields);
                          }};
        if constexpr (requires { event.level(); }) emission.level = event.level();
        if constexpr (requires { event.cause(); }) emission.cause = event.cause();
        record(emission);
    }

    // For the events of another thread.
    [[nodiscard]] EventLog& log() { return log_; }
    void add_counts_to(std::vector<std::uint64_t>& sums) const;

  private:
    void record(const Emission& emission);

    std::unique_ptr<EventLog> own_log_;
    EventLog& log_;
    std::unique_ptr<std::atomic<std::uint64_t>[]> counts_;  // by the number of the kind
};

}  // namespace notifyd::observability
