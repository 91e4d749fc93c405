// The token bucket admits exactly what its rate and burst allow.
#include "notifyd/core/rate_limiter.hpp"

#include <catch2/catch.hpp>

using namespace std::chrono_literals;
using notifyd::SteadyTime;
using notifyd::TokenBucket;

TEST_CASE("a burst at once, then the rate") {
    const SteadyTime start{};
    TokenBucket bucket(10, 20, start);
    for (int i = 0; i < 20; ++i) REQUIRE(bucket.take(start));
    CHECK_FALSE(bucket.take(start));
    CHECK_FALSE(bucket.take(start + 99ms));
    CHECK(bucket.take(start + 100ms));
    CHECK_FALSE(bucket.take(start + 100ms));

    int admitted = 0;
    for (auto now = start + 101ms; now <= start + 10'100ms; now += 1ms) admitted += bucket.take(now) ? 1 : 0;
    CHECK(admitted == 100);
}

TEST_CASE("a bucket never holds more than its burst; 0 is no limit") {
    const SteadyTime start{};
    TokenBucket bucket(10, 3, start);
    int admitted = 0;
    for (int i = 0; i < 10; ++i) admitted += bucket.take(start + 1h) ? 1 : 0;
    CHECK(admitted == 3);
    TokenBucket open(0, 0, start);
    for (int i = 0; i < 1'000; ++i) REQUIRE(open.take(start));
}
