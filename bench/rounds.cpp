#include "rounds.hpp"

namespace notifyd::bench {
namespace {

constexpr Nanoseconds per_millisecond = 1'000'000;
constexpr double per_microsecond = 1e3;
constexpr double per_second = 1e9;

}  // namespace

Rounds::Rounds(const Options& options)
    : rounds_max_(options.rounds),
      warm_up_(options.warm_up_ms * per_millisecond),
      round_(options.round_ms * per_millisecond),
      server_process_(options.server_process) {}

void Rounds::begin(Nanoseconds now) {
    start_round(now, warm_up_);
}

void Rounds::begin_open_ended(Nanoseconds now) {
    rounds_max_ = 1;
    warming_up_ = false;
    start_round(now, std::numeric_limits<Nanoseconds>::max() - now);
}

void Rounds::start_round(Nanoseconds now, Nanoseconds length) {
    started_at_ = now;
    ends_at_ = now + length;
    publishes_ = 0;
    answers_ = 0;
    connects_ = 0;
    deliveries_ = 0;
    latencies_.clear();
    generator_cpu_at_start_ = own_cpu_time();
    server_cpu_at_start_ = cpu_time_of(server_process_);
}

void Rounds::end_round(Nanoseconds now) {
    if (!warming_up_) {
        const auto microseconds = [this](double share) {
            return static_cast<double>(latencies_.percentile(share)) / per_microsecond;
        };
        const auto length = static_cast<double>(now - started_at_);
        const double seconds = length / per_second;
        results_.push_back({
            .seconds = seconds,
            .deliveries_per_second = static_cast<double>(deliveries_) / seconds,
            .publishes_per_second = static_cast<double>(publishes_) / seconds,
            .answers_per_second = static_cast<double>(answers_) / seconds,
            .connects_per_second = static_cast<double>(connects_) / seconds,
            .p50_us = microseconds(0.50),
            .p90_us = microseconds(0.90),
            .p99_us = microseconds(0.99),
            .p999_us = microseconds(0.999),
            .max_us = microseconds(1.0),
            .generator_cpu = static_cast<double>(own_cpu_time() - generator_cpu_at_start_) / length,
            .server_cpu = static_cast<double>(cpu_time_of(server_process_) - server_cpu_at_start_) / length,
        });
    }
    warming_up_ = false;
    start_round(now, round_);
    if (finished()) {
        ends_at_ = std::numeric_limits<Nanoseconds>::max();
    }
}

}  // namespace notifyd::bench
