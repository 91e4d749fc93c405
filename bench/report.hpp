// The result of a workload, and its representation as one line of JSON.
#pragma once

#include "options.hpp"
#include "rounds.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace notifyd::bench {

struct Checks {
    std::uint64_t published = 0;
    std::uint64_t answered = 0;
    std::uint64_t delivered = 0;
    std::uint64_t gaps = 0;        // messages or numbers that never arrived
    std::uint64_t duplicates = 0;  // messages or numbers that arrived twice or were never sent
    std::uint64_t misordered = 0;  // fifo only
    std::uint64_t overtaken = 0;   // standard messages out of order: allowed, but reported
    std::uint64_t errors = 0;      // rejected publishes and invalid frames
    std::string first_error;

    void count_error(std::string_view text);
    bool held() const { return gaps == 0 && duplicates == 0 && misordered == 0 && errors == 0; }
};

// The server's resident memory without the connections, and with them.
struct IdleMemory {
    std::uint64_t before_bytes = 0;
    std::uint64_t after_bytes = 0;
};

struct Report {
    std::vector<RoundResult> rounds;
    double frame_bytes = 0;     // mean size of a delivered message, or of an answer
    std::uint64_t unsent = 0;   // open loop: publishes due at the end of the last round, but held back by a full window
    std::uint64_t resumed = 0;  // resumed TLS sessions, in `connect`
    std::optional<IdleMemory> memory;
    Checks checks;
};

std::string to_json(const Options& options, const Report& report);

}  // namespace notifyd::bench
