// What a work found, and its one line of JSON.
// Owns: its values. Thread: one. Fails: never.
#pragma once

#include "options.hpp"
#include "rounds.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace notifyd::bench {

struct Checks {
    std::uint64_t published = 0;
    std::uint64_t answered = 0;
    std::uint64_t delivered = 0;
    std::uint64_t gaps = 0;        // messages or numbers that never came
    std::uint64_t duplicates = 0;  // … that came twice, or were never sent
    std::uint64_t misordered = 0;  // fifo only
    std::uint64_t overtaken = 0;   // standard messages out of order: allowed, yet told
    std::uint64_t errors = 0;      // refusals, and frames that make no sense
    std::string first_error;

    void count_error(std::string_view text);
    bool held() const { return gaps == 0 && duplicates == 0 && misordered == 0 && errors == 0; }
};

struct Report {
    std::vector<RoundResult> rounds;
    double frame_bytes = 0;  // of a delivered message, or of an answer; the mean
    Checks checks;
};

std::string to_json(const Options& options, const Report& report);

}  // namespace notifyd::bench
