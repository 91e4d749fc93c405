// The times of the open loop do not depend on when the clock is read.
#include "pace.hpp"

#include <catch2/catch.hpp>

#include <cstddef>
#include <vector>

using namespace notifyd::bench;

TEST_CASE("publishes are due at even intervals, round robin over the chats") {
    Pace pace(3, 2);  // every third of a second
    CHECK(pace.is_open_loop());
    pace.begin(1'000);
    std::vector<std::size_t> chats;
    const auto note = [&chats](std::size_t chat) { chats.push_back(chat); };
    pace.advance(999, note);
    CHECK(chats.empty());
    pace.advance(1'000, note);
    CHECK(chats == std::vector<std::size_t>{0});
    pace.advance(1'000 + 333'333'332, note);
    CHECK(pace.due() == 1);
    pace.advance(1'000 + 1'000'000'000, note);
    CHECK(chats == std::vector<std::size_t>{0, 1, 0, 1});

    CHECK(pace.intended_at(0, 0) == 1'000);
    CHECK(pace.intended_at(1, 0) == 1'000 + 333'333'333);
    CHECK(pace.intended_at(0, 1) == 1'000 + 666'666'666);
    CHECK(pace.intended_at(1, 1) == 1'000 + 1'000'000'000);
    // No drift after a day.
    CHECK(pace.intended_at(1, 3 * 43'200 - 1) == 1'000 + (6 * 43'200 - 1) * 1'000'000'000ULL / 3);
}
