// Who is blocked, without a database.
#include "notifyd/permissions/block_list.hpp"

#include "notifyd/core/doubted_clock.hpp"

#include "unit/permissions/fakes.hpp"

#include <catch2/catch.hpp>

using namespace notifyd;
using namespace notifyd::testing;

TEST_CASE("a block lasts until its end, or until it is lifted") {
    FakeClock clock;
    permissions::BlockList blocks(clock);
    const UserId bob("bob");
    const UserId eve("eve");
    CHECK_FALSE(blocks.is_blocked(bob));
    blocks.set(bob, clock.now_ms() + 1'000);
    blocks.set(eve, std::nullopt);
    CHECK(blocks.is_blocked(bob));
    CHECK_FALSE(blocks.is_blocked(UserId("dan")));
    clock.advance(Milliseconds(999));
    CHECK(blocks.is_blocked(bob));
    clock.advance(Milliseconds(1));
    CHECK_FALSE(blocks.is_blocked(bob));
    CHECK(blocks.is_blocked(eve));
    blocks.remove(eve);
    CHECK_FALSE(blocks.is_blocked(eve));
}

TEST_CASE("a user whose block has ended can be blocked again, and unblocked") {
    FakeClock clock;
    permissions::BlockList blocks(clock);
    const UserId bob("bob");
    for (int round = 0; round < 2; ++round) {
        blocks.set(bob, clock.now_ms() + 1'000);
        CHECK(blocks.is_blocked(bob));
        clock.advance(Milliseconds(1'000));
        CHECK_FALSE(blocks.is_blocked(bob));
        CHECK_FALSE(blocks.is_blocked(bob));
    }
    blocks.remove(bob);
    blocks.set(bob, std::nullopt);
    CHECK(blocks.is_blocked(bob));
}

TEST_CASE("a clock that leapt during a restart ends no block until an hour has confirmed it") {
    FakeClock leapt;
    const EpochMs last_known = leapt.now_ms() - 400LL * 24 * 3'600'000;
    const DoubtedClock clock(leapt, last_known);
    permissions::BlockList blocks(clock);
    const UserId bob("bob");
    const UserId eve("eve");
    blocks.set(bob, last_known + 1'000);
    blocks.set(eve, last_known + 7'200'000);
    CHECK(blocks.is_blocked(bob));
    leapt.advance(Milliseconds(1'000));
    CHECK_FALSE(blocks.is_blocked(bob));
    CHECK(blocks.is_blocked(eve));
    leapt.advance(std::chrono::hours(1));
    CHECK_FALSE(blocks.is_blocked(eve));
}

TEST_CASE("blocking twice and unblocking twice is fine") {
    FakeClock clock;
    permissions::BlockList blocks(clock);
    const UserId bob("bob");
    blocks.remove(bob);
    blocks.set(bob, std::nullopt);
    blocks.set(bob, std::nullopt);
    blocks.remove(bob);
    blocks.remove(bob);
    CHECK_FALSE(blocks.is_blocked(bob));
    blocks.set(bob, std::nullopt);
    CHECK(blocks.is_blocked(bob));
}
