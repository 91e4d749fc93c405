// How slowly a body may arrive.
#include "http/body_pace.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <optional>

using namespace std::chrono_literals;
using notifyd::Milliseconds;
using notifyd::SteadyTime;
using notifyd::gateway::BodyPace;

namespace {

constexpr std::size_t kib = 1024;
constexpr SteadyTime start{};

// When a sender of this many bytes every `every` is cut off; nullopt: it has sent all of `bytes`.
std::optional<Milliseconds> cut_after(std::size_t bytes, std::size_t piece, Milliseconds every) {
    BodyPace pace(start);
    SteadyTime now = start;
    for (std::size_t sent = 0; sent < bytes; sent += piece) {
        now += every;
        if (now >= pace.due()) return std::chrono::duration_cast<Milliseconds>(pace.due() - start);
        pace.came(piece, now);
    }
    return std::nullopt;
}

}  // namespace

TEST_CASE("a slow but steady body is accepted, however long it takes in total") {
    // 4 MiB over 1 Mbit/s, 64 MiB over 16 KiB/s, and in bursts with long pauses.
    CHECK_FALSE(cut_after(4096 * kib, 1460, 12ms));
    CHECK_FALSE(cut_after(64 * 1024 * kib, 16 * kib, 1s));
    CHECK_FALSE(cut_after(4096 * kib, 512 * kib, 29s));
}

TEST_CASE("a body that stops for 30 s is cut off, whatever came before") {
    CHECK(BodyPace(start).due() == start + 30s);
    BodyPace pace(start);
    pace.came(64 * 1024 * kib, start + 1s);
    CHECK(pace.due() == start + 31s);
    pace.came(1, start + 30s);
    CHECK(pace.due() == start + 60s);
    pace.came(0, start + 59s);
    CHECK(pace.due() == start + 60s);
}

TEST_CASE("a body slower than 16 KiB/s is cut off after its first 30 s") {
    // A byte per second is too slow, and half the rate lasts twice the time.
    CHECK(cut_after(100 * kib, 1, 1s) == 30s);
    CHECK(cut_after(4096 * kib, 8 * kib, 1s).value_or(0ms) < 65s);
    CHECK(cut_after(4096 * kib, 12 * kib, 1s).has_value());
    CHECK(cut_after(4096 * kib, 29 * 8 * kib, 29s).has_value());
}
