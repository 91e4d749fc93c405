// The token bucket admits exactly what its rate and burst allow.
#include "notifyd/core/rate_limiter.hpp"

#include <catch2/catch.hpp>

using namespace std::chrono_literals;
using notifyd::Rate;
using notifyd::SteadyTime;
using notifyd::TokenBucket;

TEST_CASE("a burst is admitted at once, then the rate applies") {
    const SteadyTime start = SteadyTime{} + 1h;
    const Rate rate{10, 20};
    TokenBucket bucket;
    for (int i = 0; i < 20; ++i) REQUIRE(bucket.take(start, rate));
    CHECK_FALSE(bucket.take(start, rate));
    CHECK_FALSE(bucket.take(start + 99ms, rate));
    CHECK(bucket.take(start + 100ms, rate));
    CHECK_FALSE(bucket.take(start + 100ms, rate));

    int admitted = 0;
    for (auto now = start + 101ms; now <= start + 10'100ms; now += 1ms) admitted += bucket.take(now, rate) ? 1 : 0;
    CHECK(admitted == 100);
}

TEST_CASE("ten windows under constant load admit exactly the burst plus ten times the rate") {
    for (const std::size_t per_second : {1U, 3U, 7U, 10U, 100U, 1'000U}) {
        const Rate rate{per_second, 20};
        const SteadyTime start = SteadyTime{} + 1h;
        TokenBucket bucket;
        std::size_t admitted = 0;
        for (auto now = start; now < start + 10s; now += 100us) admitted += bucket.take(now, rate) ? 1 : 0;
        INFO(per_second << " per second");
        // The step is rounded up to a nanosecond, so the token due at the very end may come just after it.
        CHECK(admitted == 20 + per_second * 10 - 1);
    }
}

TEST_CASE("a bucket never holds more than its burst, and 0 means no limit") {
    const SteadyTime start = SteadyTime{} + 1h;
    TokenBucket bucket;
    int admitted = 0;
    for (int i = 0; i < 10; ++i) admitted += bucket.take(start + 1h, {10, 3}) ? 1 : 0;
    CHECK(admitted == 3);
    for (int i = 0; i < 1'000; ++i) REQUIRE(bucket.take(start, {0, 0}));
}

TEST_CASE("new rates apply immediately") {
    const SteadyTime start = SteadyTime{} + 1h;
    TokenBucket bucket;
    for (int i = 0; i < 5; ++i) REQUIRE(bucket.take(start, {1, 5}));
    CHECK_FALSE(bucket.take(start, {1, 5}));
    CHECK(bucket.take(start, {1, 7}));
    CHECK_FALSE(bucket.take(start, {1, 2}));
}

TEST_CASE("the wait is the time until the next token, to the nanosecond") {
    const SteadyTime start = SteadyTime{} + 1h;
    const Rate rate{4, 2};
    TokenBucket bucket;
    CHECK(bucket.take_or_wait(start, rate) == 0ns);
    CHECK(bucket.take_or_wait(start, rate) == 0ns);
    CHECK(bucket.take_or_wait(start, rate) == 250ms);
    CHECK(bucket.take_or_wait(start + 249ms, rate) == 1ms);
    CHECK(bucket.take_or_wait(start + 250ms, rate) == 0ns);
}

TEST_CASE("a bucket that was made smaller is empty, not in debt") {
    const SteadyTime start = SteadyTime{} + 1h;
    TokenBucket bucket;
    for (int i = 0; i < 1'000; ++i) REQUIRE(bucket.take(start, {1, 1'000}));
    CHECK(bucket.take_or_wait(start, {1, 10}) == 1s);
    CHECK(bucket.take(start + 1s, {1, 10}));
}
