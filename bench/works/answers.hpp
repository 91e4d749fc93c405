// What the answers to publishes say, gathered over all connections of a work.
// Owns: the counts and the numbers seen. Thread: one. Fails: never, it counts.
#pragma once

#include "connection_check.hpp"
#include "field_finder.hpp"
#include "options.hpp"
#include "report.hpp"
#include "rounds.hpp"
#include "time.hpp"

#include <algorithm>
#include <cstdint>
#include <string_view>

namespace notifyd::bench {

class Answers {
  public:
    explicit Answers(const Options& options) : type_(options.type), rounds_(options) {}

    Rounds& rounds() { return rounds_; }
    Checks& checks() { return checks_; }

    // Returns the number that a fifo message was given; 0 for a standard one.
    std::uint64_t accept(std::string_view text, Nanoseconds sent_at, Nanoseconds now) {
        ++checks_.answered;
        bytes_ += text.size();
        rounds_.count_publish();
        rounds_.record_latency(now - sent_at);
        if (type_ == MessageType::standard) {
            return 0;
        }
        const std::uint64_t sequence = sequence_.decimal(text).value_or(0);
        sequences_.see(sequence);
        return sequence;
    }

    // When every answer has come: whether the numbers given are complete.
    void count_gaps() { checks_.gaps += sequences_.gaps(); }

    Report report() {
        checks_.duplicates += sequences_.duplicates();
        Report report;
        report.rounds = rounds_.results();
        report.frame_bytes =
            static_cast<double>(bytes_) / static_cast<double>(std::max<std::uint64_t>(checks_.answered, 1));
        report.checks = checks_;
        return report;
    }

  private:
    MessageType type_;
    Rounds rounds_;
    Checks checks_;
    SequenceCheck sequences_;
    FieldFinder sequence_{"\"sequenceNumber\":"};
    std::uint64_t bytes_ = 0;
};

}  // namespace notifyd::bench
