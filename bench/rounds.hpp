// Divides the time of a workload into a warm-up, which is not counted, and rounds of equal length, each with its own
// figures.
#pragma once

#include "histogram.hpp"
#include "options.hpp"
#include "time.hpp"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace notifyd::bench {

struct RoundResult {
    double seconds = 0;
    double deliveries_per_second = 0;
    double publishes_per_second = 0;
    double answers_per_second = 0;  // if publishes count without their answers
    double connects_per_second = 0;
    double p50_us = 0;
    double p90_us = 0;
    double p99_us = 0;
    double p999_us = 0;
    double max_us = 0;
    double generator_cpu = 0;  // as a share of one core
    double server_cpu = 0;     // of all its threads; 0 if the process is unknown
};

class Rounds {
  public:
    explicit Rounds(const Options& options);

    void begin(Nanoseconds now);
    // Begins a single round without a warm-up, which lasts until `end`.
    void begin_open_ended(Nanoseconds now);
    void end(Nanoseconds now) { end_round(now); }
    // Ends the warm-up or the round whose time is over.
    void tick(Nanoseconds now) {
        if (now >= ends_at_) {
            end_round(now);
        }
    }
    bool finished() const { return results_.size() == rounds_max_; }

    void count_publishes(std::uint64_t count) { publishes_ += count; }
    void count_answer() { ++answers_; }
    void count_connect() { ++connects_; }
    void count_delivery() { ++deliveries_; }
    void record_latency(Nanoseconds latency) { latencies_.record(latency); }

    const std::vector<RoundResult>& results() const { return results_; }

  private:
    void start_round(Nanoseconds now, Nanoseconds length);
    void end_round(Nanoseconds now);

    std::size_t rounds_max_;
    Nanoseconds warm_up_;
    Nanoseconds round_;
    pid_t server_process_;

    bool warming_up_ = true;
    Nanoseconds started_at_ = 0;
    Nanoseconds ends_at_ = std::numeric_limits<Nanoseconds>::max();  // until the first round begins, and after the last
    Nanoseconds generator_cpu_at_start_ = 0;
    Nanoseconds server_cpu_at_start_ = 0;
    std::uint64_t publishes_ = 0;
    std::uint64_t answers_ = 0;
    std::uint64_t connects_ = 0;
    std::uint64_t deliveries_ = 0;
    Histogram latencies_;
    std::vector<RoundResult> results_;
};

}  // namespace notifyd::bench
