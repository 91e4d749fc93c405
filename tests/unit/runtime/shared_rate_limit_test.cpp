// Threads that race for one limit together get exactly what it allows.
#include "notifyd/runtime/shared_rate_limit.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <thread>
#include <vector>

using namespace std::chrono_literals;
using notifyd::SteadyTime;
using notifyd::runtime::SharedRateLimit;

TEST_CASE("threads share each key's window") {
    SharedRateLimit limit;
    constexpr int keys = 50;
    std::atomic<int> admitted{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&] {
            for (int i = 0; i < 10'000; ++i) {
                if (limit.take(std::to_string(i % keys), SteadyTime{}, 5) == 0ms) ++admitted;
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    CHECK(admitted == 5 * keys);
    CHECK(limit.size() == 5 * keys);
}

TEST_CASE("a million keys stay within the capacity") {
    SharedRateLimit limit;
    for (int i = 0; i < 1'000'000; ++i) REQUIRE(limit.take(std::to_string(i), SteadyTime{}, 5) == 0ms);
    CHECK(limit.size() <= SharedRateLimit::capacity);
    CHECK(limit.size() > SharedRateLimit::capacity / 2);
}
