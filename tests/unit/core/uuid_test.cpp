#include "notifyd/core/uuid.hpp"

#include "notifyd/core/ids.hpp"

#include <catch2/catch.hpp>

#include <set>
#include <string>

namespace notifyd {

TEST_CASE("a UUID is parsed and formatted") {
    const std::string text = "0190163d-8694-739b-aea5-966c26f8ad91";
    const auto id = Uuid::parse(text);
    REQUIRE(id);
    CHECK(id->to_string() == text);
    CHECK(Uuid::parse("0190163D-8694-739B-AEA5-966C26F8AD91") == id);
    CHECK(uuid_v7_epoch_ms(*id) == 0x0190163d8694);
}

TEST_CASE("text that is not a UUID is rejected") {
    const std::string text = GENERATE(as<std::string>{},
                                      "",
                                      "0190163d8694739baea5966c26f8ad91",
                                      "{0190163d-8694-739b-aea5-966c26f8ad91}",
                                      "0190163d-8694-739b-aea5-966c26f8ad9",
                                      "0190163d-8694-739b-aea5-966c26f8ad911",
                                      "0190163d-8694-739b-aea5-966c26f8ad9g",
                                      "0190163d-8694-739b-aea5_966c26f8ad91",
                                      "0190163d-869-4739b-aea5-966c26f8ad91",
                                      "-190163d-8694-739b-aea5-966c26f8ad91");
    CAPTURE(text);
    CHECK_FALSE(Uuid::parse(text));
}

TEST_CASE("version 7 contains its time and sorts by it") {
    constexpr std::array<std::uint8_t, 10> ones{255, 255, 255, 255, 255, 255, 255, 255, 255, 255};
    const Uuid early = make_uuid_v7(1'769'860'800'000, ones);
    const Uuid late = make_uuid_v7(1'769'860'800'001, {});
    CHECK(early < late);
    CHECK(uuid_v7_epoch_ms(early) == 1'769'860'800'000);
    CHECK(early.to_string() == "019c13ec-9e00-7fff-bfff-ffffffffffff");
    CHECK(late.to_string().substr(14) == "7000-8000-000000000000");
}

TEST_CASE("version 4 has its version and variant") {
    CHECK(make_uuid_v4({}).to_string() == "00000000-0000-4000-8000-000000000000");
}

TEST_CASE("the system's ids are well formed and differ") {
    SystemIdSource source;
    std::set<Uuid> seen;
    for (int i = 0; i < 1'000; ++i) {
        const Uuid random = source.random();
        const Uuid ordered = source.time_ordered(1'769'860'800'000 + i);
        CHECK(random.to_string()[14] == '4');
        CHECK(ordered.to_string()[14] == '7');
        CHECK(uuid_v7_epoch_ms(ordered) == 1'769'860'800'000 + i);
        seen.insert(random);
        seen.insert(ordered);
    }
    CHECK(seen.size() == 2'000);
}

}  // namespace notifyd
