// What the answers to publishes say, gathered over all connections of a workload.
#pragma once

#include "connection_check.hpp"
#include "field_finder.hpp"
#include "options.hpp"
#include "report.hpp"
#include "rounds.hpp"
#include "time.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace notifyd::bench {

class Answers {
  public:
    explicit Answers(const Options& options)
        : numbered_(options.type == MessageType::fifo || options.protocol == Protocol::jetstream),
          rounds_(options),
          numbers_(numbered_ ? options.chats : 0, Numbers(options.protocol)) {}

    Rounds& rounds() { return rounds_; }
    Checks& checks() { return checks_; }

    void accept(std::string_view text, Nanoseconds sent_at, Nanoseconds now) {
        ++checks_.answered;
        bytes_ += text.size();
        rounds_.count_publishes(1);
        rounds_.record_latency(now - sent_at);
    }

    // Whether each answer tells a number: consecutive ones, of each chat (notifyd) or of the stream (JetStream).
    bool are_numbered() const { return numbered_; }

    // The number that the answer tells; 0 when it does not, which is noted as a fault. Only for numbered ones.
    std::uint64_t take_sequence(std::size_t chat, std::string_view text) {
        Numbers& numbers = numbers_[chat];
        const std::uint64_t sequence = numbers.finder.decimal(text).value_or(0);
        numbers.seen.see(sequence);
        return sequence;
    }

    // When every answer has come: whether the numbers given are complete.
    void count_gaps() {
        for (const Numbers& numbers : numbers_) {
            checks_.gaps += numbers.seen.gaps();
        }
    }

    Report report() {
        for (const Numbers& numbers : numbers_) {
            checks_.duplicates += numbers.seen.duplicates();
        }
        Report report;
        report.rounds = rounds_.results();
        report.frame_bytes =
            static_cast<double>(bytes_) / static_cast<double>(std::max<std::uint64_t>(checks_.answered, 1));
        report.checks = checks_;
        return report;
    }

  private:
    // A finder a chat, as the names' lengths decide where a field is.
    struct Numbers {
        explicit Numbers(Protocol protocol)
            : finder(protocol == Protocol::jetstream ? "\"seq\":" : "\"sequenceNumber\":") {}

        FieldFinder finder;
        SequenceCheck seen;
    };

    bool numbered_;
    Rounds rounds_;
    Checks checks_;
    std::vector<Numbers> numbers_;  // by chat
    std::uint64_t bytes_ = 0;
};

}  // namespace notifyd::bench
