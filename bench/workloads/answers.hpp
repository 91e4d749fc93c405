// Collects the answers to the publishes of all connections of a workload.
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

    // Whether each answer contains a number. Numbers are consecutive within a chat (notifyd) or the stream (JetStream).
    bool are_numbered() const { return numbered_; }

    // The number in the answer; 0 if it is missing, which is counted as a fault. Only if answers are numbered.
    std::uint64_t take_sequence(std::size_t chat, std::string_view text) {
        Numbers& numbers = numbers_[chat];
        const std::uint64_t sequence = numbers.finder.decimal(text).value_or(0);
        numbers.seen.see(sequence);
        return sequence;
    }

    // To be called once all answers have arrived: counts the numbers that are missing.
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
    // One finder per chat, because the position of a field depends on the length of the chat's name.
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
