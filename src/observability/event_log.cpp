// Log lines within their limits, and sums over the threads.
#include "notifyd/observability/event_log.hpp"

#include "notifyd/observability/events.hpp"

#include <algorithm>

namespace notifyd::observability {

namespace {

// Filled while the program's constants are initialised, before main; read-only from then on.
std::vector<const EventInfo*>& kinds() {
    static std::vector<const EventInfo*> all;
    return all;
}

}  // namespace

std::span<const EventInfo* const> event_kinds() {
    return kinds();
}

std::size_t number_event(const EventInfo& info) {
    kinds().push_back(&info);
    return kinds().size() - 1;
}

EventLog::EventLog(LogSink& sink, const Clock& clock) : sink_(sink), clock_(clock), ended_(kinds().size()) {
    for (const EventInfo* info : kinds()) limiters_.emplace_back(info->limit);
}

void EventLog::write(const Emission& emission) {
    Limiter& limiter = limiters_[emission.number];
    switch (emission.info.limit.kind) {
        case LogLimit::Kind::none:
            if (sink_.wants(emission.level)) write_line(emission, emission.level);
            return;
        case LogLimit::Kind::sampled:
            if (sink_.wants(LogLevel::debug)) {
                write_line(emission, LogLevel::debug);
            } else if (sink_.wants(emission.level) && limiter.sampler.admit(clock_.steady_now())) {
                const LogField mark{"sampled", true};
                write_line(emission, emission.level, &mark);
            }
            return;
        case LogLimit::Kind::bounded: {
            if (!sink_.wants(LogLevel::debug) && !limiter.sampler.admit(clock_.steady_now())) {
                limiter.left_out.fetch_add(1, std::memory_order_relaxed);
                return;
            }
            const std::int64_t left_out = limiter.left_out.exchange(0, std::memory_order_relaxed);
            if (!sink_.wants(emission.level)) return;
            const LogField mark{"left_out", left_out};
            write_line(emission, emission.level, left_out == 0 ? nullptr : &mark);
            return;
        }
        case LogLimit::Kind::once_per_cause:
            if (sink_.wants(emission.level) && limiter.causes.admit(emission.cause, clock_.steady_now())) {
                write_line(emission, emission.level);
            }
            return;
    }
}

void EventLog::write_line(const Emission& emission, LogLevel level, const LogField* mark) {
    Fields fields;
    emission.describe(emission.event, fields);
    if (mark != nullptr) fields.add(mark->name, mark->value);
    sink_.write(LogLine{clock_.now_ms(), level, emission.info.name, fields.all()});
}

std::vector<std::uint64_t> EventLog::counts() const {
    const std::scoped_lock lock(mutex_);
    std::vector<std::uint64_t> sums = ended_;
    for (const Events* events : threads_) events->add_counts_to(sums);
    return sums;
}

void EventLog::add(const Events& events) {
    const std::scoped_lock lock(mutex_);
    threads_.push_back(&events);
}

void EventLog::remove(const Events& events) {
    const std::scoped_lock lock(mutex_);
    events.add_counts_to(ended_);
    std::erase(threads_, &events);
}

}  // namespace notifyd::observability
