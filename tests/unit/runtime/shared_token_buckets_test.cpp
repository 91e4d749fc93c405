// A bucket for each key, across all threads, in bounded memory.
#include "notifyd/runtime/shared_token_buckets.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

using namespace std::chrono_literals;
using notifyd::Rate;
using notifyd::SteadyTime;
using notifyd::runtime::SharedTokenBuckets;

namespace {

const SteadyTime start = SteadyTime{} + 1h;

}  // namespace

TEST_CASE("threads share each key's bucket") {
    SharedTokenBuckets buckets;
    constexpr int keys = 50;
    std::atomic<int> admitted{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&] {
            for (int i = 0; i < 10'000; ++i) {
                if (buckets.take(std::to_string(i % keys), start, {1, 5}) == 0ms) ++admitted;
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    CHECK(admitted == 5 * keys);
    CHECK(buckets.size() == keys);
}

TEST_CASE("a key gets its burst, its rate and its waiting time, whatever other keys do") {
    SharedTokenBuckets buckets;
    const Rate rate{10, 20};
    for (int i = 0; i < 20; ++i) REQUIRE(buckets.take("u", start, rate) == 0ms);
    CHECK(buckets.take("u", start, rate) == 100ms);
    CHECK(buckets.take("v", start, rate) == 0ms);
    CHECK(buckets.take("u", start + 100ms, rate) == 0ms);
    // Exact, over many generations of buckets.
    int admitted = 0;
    for (auto now = start + 101ms; now <= start + 60'100ms; now += 1ms) {
        admitted += buckets.take("u", now, rate) == 0ms ? 1 : 0;
        static_cast<void>(buckets.take(std::to_string(now.time_since_epoch().count()), now, rate));
    }
    CHECK(admitted == 600);
}

TEST_CASE("idle buckets are forgotten") {
    SharedTokenBuckets buckets;
    const Rate rate{10, 20};
    for (int i = 0; i < 10'000; ++i) REQUIRE(buckets.take(std::to_string(i), start, rate) == 0ms);
    CHECK(buckets.size() == 10'000);
    for (const auto later : {10s, 20s}) {
        for (int i = 0; i < 200; ++i) static_cast<void>(buckets.take(std::to_string(i), start + later, rate));
    }
    CHECK(buckets.size() == 200);
}

TEST_CASE("a million keys stay within the capacity, and none of them is refused") {
    SharedTokenBuckets buckets;
    for (int i = 0; i < 1'000'000; ++i) REQUIRE(buckets.take(std::to_string(i), start, {1, 1}) == 0ms);
    CHECK(buckets.size() <= SharedTokenBuckets::capacity);
    CHECK(buckets.size() >= SharedTokenBuckets::capacity / 3);
}

TEST_CASE("a rate of 0 is no limit and stores nothing") {
    SharedTokenBuckets buckets;
    for (int i = 0; i < 1'000; ++i) REQUIRE(buckets.take("u", start, {0, 1}) == 0ms);
    CHECK(buckets.size() == 0);
}
