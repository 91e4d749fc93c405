// How much memory request bodies may reserve, from any number of threads.
#include "http/body_memory.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

using notifyd::Errc;
using notifyd::UserId;
using notifyd::gateway::BodyMemory;

TEST_CASE("a body reserves memory as it grows, and returns all of it") {
    BodyMemory memory;
    memory.set_limits(1000, 400);
    {
        BodyMemory::Share share(memory, UserId("ann"));
        REQUIRE(share.grow_to(100).has_value());
        REQUIRE(share.grow_to(300).has_value());
        REQUIRE(share.grow_to(200).has_value());
        CHECK(share.bytes() == 300);
        CHECK(memory.bytes() == 300);
        CHECK_FALSE(share.grow_to(401).has_value());
        CHECK(memory.bytes() == 300);
        share.give_back();
        CHECK(memory.bytes() == 0);
        share.give_back();
        REQUIRE(share.grow_to(400).has_value());
    }
    CHECK(memory.bytes() == 0);
}

TEST_CASE("one user's bodies are refused with rate_limited, and others' are not") {
    BodyMemory memory;
    memory.set_limits(1000, 400);
    BodyMemory::Share first(memory, UserId("ann"));
    BodyMemory::Share second(memory, UserId("ann"));
    BodyMemory::Share other(memory, UserId("bob"));
    REQUIRE(first.grow_to(300).has_value());
    const auto refused = second.grow_to(101);
    REQUIRE(refused.has_error());
    CHECK(refused.error().code == Errc::rate_limited);
    CHECK(refused.error().retry_after.count() > 0);
    CHECK(second.grow_to(100).has_value());
    CHECK(other.grow_to(400).has_value());
}

TEST_CASE("exceeding the server's budget is unavailable, and leaves the user's share unchanged") {
    BodyMemory memory;
    memory.set_limits(1000, 400);
    std::vector<std::unique_ptr<BodyMemory::Share>> shares;
    for (const char* user : {"ann", "bob"}) {
        shares.push_back(std::make_unique<BodyMemory::Share>(memory, UserId(user)));
        REQUIRE(shares.back()->grow_to(400).has_value());
    }
    BodyMemory::Share late(memory, UserId("cid"));
    const auto refused = late.grow_to(201);
    REQUIRE(refused.has_error());
    CHECK(refused.error().code == Errc::unavailable);
    CHECK(memory.bytes() == 800);
    CHECK(late.grow_to(200).has_value());
    shares.clear();
    CHECK(late.grow_to(400).has_value());
}

TEST_CASE("a limit of 0 is off, and lowering a limit leaves reserved memory alone") {
    BodyMemory memory;
    memory.set_limits(0, 0);
    BodyMemory::Share share(memory, UserId("ann"));
    REQUIRE(share.grow_to(std::size_t{1} << 40U).has_value());
    memory.set_limits(1000, 400);
    BodyMemory::Share late(memory, UserId("bob"));
    CHECK_FALSE(late.grow_to(1).has_value());
    share.give_back();
    CHECK(late.grow_to(400).has_value());
}

TEST_CASE("several threads never take more than there is") {
    BodyMemory memory;
    memory.set_limits(1000, 0);
    std::atomic<bool> exceeded{false};
    std::vector<std::thread> threads;
    for (int thread = 0; thread < 4; ++thread) {
        threads.emplace_back([&, thread] {
            for (std::size_t i = 0; i < 5000; ++i) {
                BodyMemory::Share share(memory, UserId("user" + std::to_string(thread)));
                for (std::size_t bytes = 100; share.grow_to(bytes); bytes += 100) {
                    if (memory.bytes() > 1000) exceeded = true;
                }
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    CHECK_FALSE(exceeded);
    CHECK(memory.bytes() == 0);
}
