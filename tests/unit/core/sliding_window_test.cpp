// Never more than the limit in any window, wherever it begins, and bounded memory for any number of keys.
#include "notifyd/core/keyed_window.hpp"

#include <catch2/catch.hpp>

#include <deque>
#include <random>

using namespace std::chrono_literals;
using notifyd::KeyedWindow;
using notifyd::Milliseconds;
using notifyd::SlidingWindow;
using notifyd::SteadyTime;

TEST_CASE("a window admits up to the limit and reports the exact time to wait") {
    const SteadyTime start{};
    SlidingWindow window;
    for (int i = 0; i < 5; ++i) REQUIRE(window.take(start + i * 1s, 60s, 5) == 0ms);
    CHECK(window.take(start + 10s, 60s, 5) == 50s);
    CHECK(window.take(start + 59'999ms, 60s, 5) == 1ms);
    CHECK(window.take(start + 60s, 60s, 5) == 0ms);
    CHECK(window.take(start + 60s, 60s, 5) == 1s);
    // A lowered limit counts what was admitted before.
    CHECK(window.take(start + 60s, 60s, 2) == 4s);
    CHECK(window.take(start + 60s, 60s, 0) == 0ms);
}

TEST_CASE("a look returns what a take would, and changes nothing") {
    const SteadyTime start{};
    KeyedWindow windows(60s, 100);
    CHECK(windows.look("a", start, 1) == 0ms);
    CHECK(windows.keys() == 0);
    REQUIRE(windows.take("a", start, 1) == 0ms);
    for (int i = 0; i < 3; ++i) CHECK(windows.look("a", start + 10s, 1) == 50s);
    CHECK(windows.look("a", start + 10s, 2) == 0ms);
    CHECK(windows.look("a", start + 10s, 0) == 0ms);
    CHECK(windows.look("b", start + 10s, 1) == 0ms);
    CHECK(windows.look("a", start + 60s, 1) == 0ms);
    CHECK(windows.look("a", start + 90s, 1) == 0ms);
    CHECK(windows.size() == 1);
}

TEST_CASE("what is given back is forgotten and can be taken again") {
    const SteadyTime start{};
    KeyedWindow windows(60s, 100);
    windows.give_back("a");
    REQUIRE(windows.take("a", start, 2) == 0ms);
    REQUIRE(windows.take("b", start + 1s, 2) == 0ms);
    REQUIRE(windows.take("a", start + 2s, 2) == 0ms);
    CHECK(windows.take("a", start + 3s, 2) == 57s);
    windows.give_back("a");
    CHECK(windows.size() == 2);
    REQUIRE(windows.take("a", start + 4s, 2) == 0ms);
    // The first admission of "a" is still recorded, and expires at its own time.
    CHECK(windows.look("a", start + 5s, 2) == 55s);
    windows.give_back("b");
    CHECK(windows.keys() == 1);
    windows.give_back("a");
    windows.give_back("a");
    windows.give_back("a");
    CHECK(windows.keys() == 0);
    CHECK(windows.size() == 0);
}

TEST_CASE("ten windows under constant load admit ten times the limit, and no window exceeds it") {
    const SteadyTime start{};
    for (const std::size_t most : {std::size_t{5}, std::size_t{10}, std::size_t{20}}) {
        SlidingWindow window;
        std::deque<SteadyTime> admitted;
        std::size_t total = 0;
        for (auto now = start; now < start + 600s; now += 7ms) {
            if (window.take(now, 60s, most) != 0ms) continue;
            ++total;
            admitted.push_back(now);
            if (admitted.size() > most) {
                REQUIRE(now - admitted.front() >= 60s);
                admitted.pop_front();
            }
        }
        CHECK(total == 10 * most);
    }
}

TEST_CASE("with random arrivals, no window exceeds the limit and nothing below it is refused") {
    std::mt19937 random(7);  // NOLINT(cert-msc32-c,cert-msc51-cpp): reproducible
    std::uniform_int_distribution<int> step(0, 20'000);
    SlidingWindow window;
    std::deque<SteadyTime> admitted;
    SteadyTime now{};
    for (int i = 0; i < 20'000; ++i) {
        now += Milliseconds(step(random));
        while (!admitted.empty() && admitted.front() + 60s <= now) admitted.pop_front();
        const Milliseconds wait = window.take(now, 60s, 5);
        REQUIRE((wait == 0ms) == (admitted.size() < 5));
        if (wait == 0ms) {
            admitted.push_back(now);
        } else {
            REQUIRE(now + wait == admitted.front() + 60s);
        }
    }
}

TEST_CASE("each key has a window of its own") {
    const SteadyTime start{};
    KeyedWindow windows(60s, 100);
    CHECK(windows.take("a", start, 1) == 0ms);
    CHECK(windows.take("b", start, 1) == 0ms);
    CHECK(windows.take("a", start + 1s, 1) == 59s);
    // A caller that arrives late with an earlier time does not turn the clock back.
    CHECK(windows.take("a", start, 1) == 59s);
    CHECK(windows.take("a", start + 60s, 1) == 0ms);
    CHECK(windows.keys() == 1);
}

TEST_CASE("a million keys take no more than the capacity, and the newest stay") {
    const SteadyTime start{};
    KeyedWindow windows(60s, 1'000);
    for (int i = 0; i < 1'000'000; ++i) REQUIRE(windows.take(std::to_string(i), start, 1) == 0ms);
    CHECK(windows.size() == 1'000);
    CHECK(windows.keys() == 1'000);
    CHECK(windows.take("999999", start, 1) == 60s);
    CHECK(windows.take("999000", start, 1) == 60s);
    CHECK(windows.take("998999", start, 1) == 0ms);
    // Nothing is kept of a window that is over.
    CHECK(windows.take("later", start + 60s, 1) == 0ms);
    CHECK(windows.size() == 1);
}
