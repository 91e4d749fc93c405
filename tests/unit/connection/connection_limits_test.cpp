// Places for connections, in all and of one user.
#include "notifyd/connection/connection_limits.hpp"

#include <catch2/catch.hpp>

#include <optional>
#include <thread>
#include <vector>

using namespace notifyd;
using connection::Admission;
using connection::ConnectionLimits;

TEST_CASE("a user has so many places, and gets them back") {
    ConnectionLimits limits(0, 2);
    const UserId alice("alice");
    std::vector<Admission> held;
    for (int i = 0; i < 2; ++i) {
        Result<Admission> place = limits.admit(alice);
        REQUIRE(place.has_value());
        held.push_back(std::move(*place));
    }
    const Result<Admission> third = limits.admit(alice);
    REQUIRE_FALSE(third.has_value());
    CHECK(third.error().code == Errc::rate_limited);
    CHECK(limits.admit(UserId("bob")).has_value());
    held.pop_back();
    CHECK(limits.admit(alice).has_value());
    held.clear();
    CHECK(limits.total() == 0);
}

TEST_CASE("the server has so many places, whoever comes") {
    ConnectionLimits limits(1, 0);
    const Result<Admission> first = limits.admit(UserId("a"));
    REQUIRE(first.has_value());
    const Result<Admission> second = limits.admit(UserId("b"));
    REQUIRE_FALSE(second.has_value());
    CHECK(second.error().code == Errc::unavailable);
    CHECK(limits.total() == 1);
}

TEST_CASE("threads that race for places never get more than there are") {
    ConnectionLimits limits(0, 3);
    const UserId user("u");
    std::atomic<int> held{0};
    std::atomic<int> most{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&] {
            for (int i = 0; i < 2'000; ++i) {
                const Result<Admission> place = limits.admit(user);
                if (!place) continue;
                const int now = ++held;
                int seen = most.load();
                while (now > seen && !most.compare_exchange_weak(seen, now)) {
                }
                --held;
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    CHECK(most.load() <= 3);
    CHECK(limits.total() == 0);
}
