// When keys are fetched, with a clock that the test advances.
#include "notifyd/auth/refresh_policy.hpp"

#include <catch2/catch.hpp>

using namespace std::chrono_literals;
using notifyd::SteadyTime;
using notifyd::auth::RefreshPolicy;

namespace {

constexpr SteadyTime start{};

// A policy that has fetched once, at `start`.
RefreshPolicy fetched(notifyd::Milliseconds refresh = 10min) {
    RefreshPolicy policy(refresh, start);
    policy.started();
    policy.succeeded(start);
    return policy;
}

}  // namespace

TEST_CASE("the first fetch is due at once, the next ones on schedule") {
    RefreshPolicy policy(10min, start);
    CHECK(policy.due(start));
    policy.started();
    CHECK_FALSE(policy.due(start + 1h));  // one fetch at a time
    policy.succeeded(start + 2s);
    CHECK_FALSE(policy.due(start + 10min));
    CHECK(policy.next() == start + 10min + 2s);
    CHECK(policy.due(start + 10min + 2s));
}

TEST_CASE("an unknown kid starts a fetch, but not twice in 30 seconds") {
    RefreshPolicy policy = fetched();
    CHECK_FALSE(policy.due(start + 1s));
    CHECK(policy.request(start + 1s));
    CHECK(policy.due(start + 1s));
    policy.started();
    // While it runs, others wait for it.
    for (int i = 0; i < 1'000; ++i) REQUIRE(policy.request(start + 2s));
    CHECK_FALSE(policy.due(start + 2s));
    policy.succeeded(start + 3s);
    for (auto now = start + 3s; now < start + 31s; now += 1s) REQUIRE_FALSE(policy.request(now));
    CHECK_FALSE(policy.due(start + 30s));
    CHECK(policy.request(start + 31s));
    CHECK(policy.due(start + 31s));
}

TEST_CASE("a scheduled fetch serves waiting requests without consuming their allowance") {
    RefreshPolicy policy = fetched();
    CHECK(policy.request(start + 10min));
    policy.started();
    CHECK(policy.request(start + 10min));
    policy.succeeded(start + 10min);
    CHECK(policy.request(start + 10min + 1s));
}

TEST_CASE("failed fetches are retried at growing intervals, whoever asks") {
    RefreshPolicy policy(10min, start);
    auto now = start;
    for (const auto pause : {1s, 2s, 4s, 8s, 16s, 32s, 60s, 60s}) {
        REQUIRE(policy.due(now));
        policy.started();
        policy.failed(now);
        CHECK(policy.next() == now + pause);
        CHECK_FALSE(policy.request(now + pause - 1ms));
        now += pause;
        CHECK(policy.request(now));
    }
    policy.started();
    policy.succeeded(now);
    CHECK(policy.next() == now + 10min);
    CHECK(policy.request(now + 1s));
    policy.started();
    policy.failed(now + 1s);
    CHECK(policy.next() == now + 2s);

    // Never later than the schedule.
    RefreshPolicy often(3s, start);
    for (int i = 0; i < 10; ++i) {
        often.started();
        often.failed(start);
    }
    CHECK(often.next() == start + 3s);
}

TEST_CASE("old keys stay valid for a day or ten refresh intervals, and no longer") {
    RefreshPolicy policy = fetched();
    auto now = start;
    while (now < start + 24h) {
        REQUIRE_FALSE(policy.expired(now));
        if (policy.due(now)) {
            policy.started();
            policy.failed(now);
        }
        now = policy.next();
    }
    // Woken in time, not only by the next fetch.
    CHECK(now == start + 24h);
    CHECK(policy.expired(now));
    policy.dropped();
    CHECK_FALSE(policy.expired(now));
    CHECK(policy.next() > start + 24h);
    policy.started();
    policy.succeeded(now + 1min);
    CHECK_FALSE(policy.expired(now + 24h));
    CHECK(policy.expired(now + 24h + 1min));

    CHECK_FALSE(fetched(10h).expired(start + 100h - 1ms));
    CHECK(fetched(10h).expired(start + 100h));
}

TEST_CASE("a new interval takes effect at once") {
    RefreshPolicy policy = fetched(1h);
    policy.set_refresh(1min, start + 10s);
    CHECK(policy.next() == start + 70s);
    policy.set_refresh(2h, start + 10s);
    CHECK(policy.next() == start + 70s);
}
