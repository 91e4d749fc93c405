// A clock that jumped ahead by a day or more across a restart, and one that did not.
#include "notifyd/core/doubted_clock.hpp"

#include "support/fake_clock.hpp"

#include <catch2/catch.hpp>

using namespace notifyd;
using notifyd::testing::FakeClock;

namespace {

constexpr EpochMs start = 1'700'000'000'000;
constexpr EpochMs hour = 3'600'000;
constexpr EpochMs day = 24 * hour;

}  // namespace

TEST_CASE("a clock that jumped by a day or more continues from the last known time for an hour") {
    FakeClock clock;
    const EpochMs last_known = start - 400 * day;
    const DoubtedClock doubted(clock, last_known);
    CHECK(doubted.now_ms() == last_known);
    clock.advance(Milliseconds(hour - 1));
    CHECK(doubted.now_ms() == last_known + hour - 1);
    CHECK(doubted.steady_now() == clock.steady_now());
    clock.advance(Milliseconds(1));
    CHECK(doubted.now_ms() == start + hour);
}

TEST_CASE("a jump of a day is distrusted, a smaller one is not") {
    const FakeClock clock;
    CHECK(DoubtedClock(clock, start - day).now_ms() == start - day);
    CHECK(DoubtedClock(clock, start - day + 1).now_ms() == start);
    CHECK(DoubtedClock(clock, start).now_ms() == start);
}

TEST_CASE("a clock behind the last known time, or without one, is trusted") {
    const FakeClock clock;
    CHECK(DoubtedClock(clock, start + 400 * day).now_ms() == start);
    CHECK(DoubtedClock(clock, std::nullopt).now_ms() == start);
}
