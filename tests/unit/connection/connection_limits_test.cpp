// Connection slots, in total and per user.
#include "notifyd/connection/connection_limits.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <cstdint>
#include <deque>
#include <thread>
#include <vector>

using namespace notifyd;
using connection::Admission;
using connection::ConnectionLimits;
using connection::ConnectionRules;
using connection::Place;
using connection::WhenFull;

namespace {

Place place(std::uint8_t number) {
    Uuid id;
    id.bytes[0] = number;
    return {ConnectionId(id), 0};
}

}  // namespace

TEST_CASE("an unconfirmed connection neither replaces others nor is replaced") {
    const ConnectionRules rules{.per_user_max = 2, .when_full = WhenFull::replace_oldest};
    ConnectionLimits limits;
    const UserId alice("alice");
    std::vector<Admission> open;
    for (std::uint8_t number = 0; number < 2; ++number) {
        open.push_back(*limits.admit(alice, place(number), rules));
        CHECK(open.back().replace_oldest(rules).empty());
    }
    // Five attempts with one connection token, of which one will succeed.
    std::vector<Admission> tries;
    for (std::uint8_t number = 2; number < 7; ++number) tries.push_back(*limits.admit(alice, place(number), rules));
    CHECK(tries[1].replace_oldest(rules) == std::vector{place(0)});
    CHECK(tries[1].is_held());
    CHECK(open[1].is_held());
    CHECK_FALSE(open[0].is_held());
}

TEST_CASE("a user's slots are limited, and are released again") {
    ConnectionLimits limits;
    const ConnectionRules rules{.per_user_max = 2};
    const UserId alice("alice");
    std::vector<Admission> held;
    for (std::uint8_t i = 0; i < 2; ++i) {
        Result<Admission> admitted = limits.admit(alice, place(i), rules);
        REQUIRE(admitted.has_value());
        held.push_back(std::move(*admitted));
    }
    const Result<Admission> third = limits.admit(alice, place(2), rules);
    REQUIRE_FALSE(third.has_value());
    CHECK(third.error().code == Errc::rate_limited);
    CHECK(third.error().cause == "connections.max_per_user");
    // A check beforehand gives the same result and takes nothing.
    CHECK(limits.check(alice, rules).error().code == Errc::rate_limited);
    for (int i = 0; i < 3; ++i) CHECK(limits.check(UserId("bob"), rules).has_value());
    CHECK(limits.check(alice, {.per_user_max = 2, .when_full = WhenFull::replace_oldest}).has_value());
    CHECK(limits.check(UserId("bob"), {.total_max = 2}).error().cause == "limits.max_connections");
    CHECK(limits.total() == 2);
    CHECK(limits.admit(UserId("bob"), place(3), rules).has_value());
    held.pop_back();
    CHECK(limits.admit(alice, place(4), rules).has_value());
    held.clear();
    CHECK(limits.total() == 0);
}

TEST_CASE("the server's slots are limited, whoever connects") {
    ConnectionLimits limits;
    const ConnectionRules rules{.total_max = 1};
    const Result<Admission> first = limits.admit(UserId("a"), place(1), rules);
    REQUIRE(first.has_value());
    const Result<Admission> second = limits.admit(UserId("b"), place(2), rules);
    REQUIRE_FALSE(second.has_value());
    CHECK(second.error().code == Errc::unavailable);
    CHECK(limits.total() == 1);
}

TEST_CASE("the oldest connections of a user are replaced") {
    ConnectionLimits limits;
    const ConnectionRules rules{.per_user_max = 2, .when_full = WhenFull::replace_oldest};
    const UserId alice("alice");
    std::deque<Admission> held;
    const auto admit = [&](std::uint8_t number, const ConnectionRules& now) {
        Result<Admission> admitted = limits.admit(alice, place(number), now);
        REQUIRE(admitted.has_value());
        held.push_back(std::move(*admitted));
        return held.back().replace_oldest(now);
    };
    CHECK(admit(1, rules).empty());
    CHECK(admit(2, rules).empty());
    CHECK(admit(3, rules) == std::vector{place(1)});
    CHECK_FALSE(held[0].is_held());
    CHECK(held[1].is_held());
    CHECK(held[2].is_held());
    CHECK(limits.total() == 3);
    {
        // A connection that is never confirmed replaces nobody.
        const Result<Admission> refused = limits.admit(alice, place(9), rules);
        REQUIRE(refused.has_value());
    }
    CHECK(held[1].is_held());
    CHECK(limits.total() == 3);
    // The replaced connection ends without releasing a slot that it no longer holds.
    held.pop_front();
    CHECK(limits.total() == 2);
    CHECK(admit(4, rules) == std::vector{place(2)});
    // A lowered limit takes effect with the next connection.
    CHECK(admit(5, {.per_user_max = 1, .when_full = WhenFull::replace_oldest}) == std::vector{place(3), place(4)});
    CHECK_FALSE(limits.admit(alice, place(6), {.per_user_max = 1}).has_value());
    held.clear();
    CHECK(limits.total() == 0);
}

TEST_CASE("threads that race for slots never get more than there are") {
    const auto when_full = GENERATE(WhenFull::reject, WhenFull::replace_oldest);
    constexpr std::size_t most = 3;
    constexpr int connections = 1'000;
    const ConnectionRules rules{.per_user_max = most, .when_full = when_full};
    ConnectionLimits limits;
    const UserId user("u");
    std::atomic<std::size_t> replaced{0};
    std::vector<std::vector<Admission>> held(4);
    std::vector<std::thread> threads;
    for (std::uint8_t t = 0; t < held.size(); ++t) {
        threads.emplace_back([&, t] {
            Uuid id;
            id.bytes[0] = t;
            for (int i = 0; i < connections; ++i) {
                id.bytes[1] = static_cast<std::uint8_t>(i);
                id.bytes[2] = static_cast<std::uint8_t>(i >> 8);
                Result<Admission> admitted = limits.admit(user, {ConnectionId(id), t}, rules);
                if (!admitted) continue;
                replaced += admitted->replace_oldest(rules).size();
                held[t].push_back(std::move(*admitted));
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    std::size_t admitted = 0;
    std::size_t with_place = 0;
    for (const auto& mine : held) {
        admitted += mine.size();
        for (const Admission& admission : mine) with_place += admission.is_held() ? 1 : 0;
    }
    CHECK(with_place == most);
    CHECK(admitted == replaced + most);
    CHECK(limits.total() == admitted);
    held.clear();
    CHECK(limits.total() == 0);
}
