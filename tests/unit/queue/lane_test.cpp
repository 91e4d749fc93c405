// A lane returns its entries in order and reports its depth.
#include "notifyd/queue/lane.hpp"

#include <catch2/catch.hpp>

TEST_CASE("a lane is first in, first out, and knows its depth") {
    notifyd::queue::Lane<int> lane;
    CHECK(lane.empty());
    for (int i = 0; i < 1'000; ++i) lane.push(i);
    CHECK(lane.depth() == 1'000);
    for (int i = 0; i < 1'000; ++i) REQUIRE(lane.pop() == i);
    CHECK(lane.depth() == 0);
    CHECK(lane.empty());
}
