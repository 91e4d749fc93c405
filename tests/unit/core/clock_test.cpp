#include "notifyd/core/clock.hpp"

#include "notifyd/core/iso8601.hpp"

#include <catch2/catch.hpp>

#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace notifyd {

TEST_CASE("a time is formatted as 24 characters of ISO 8601") {
    const std::vector<std::pair<EpochMs, std::string>> times{
        {0, "1970-01-01T00:00:00.000Z"},
        {-1, "1969-12-31T23:59:59.999Z"},
        {1'769'860'800'000, "2026-01-31T12:00:00.000Z"},
        {1'709'164'800'007, "2024-02-29T00:00:00.007Z"},
        {951'782'400'000, "2000-02-29T00:00:00.000Z"},
        {4'107'542'399'999, "2100-02-28T23:59:59.999Z"},
        {4'107'542'400'000, "2100-03-01T00:00:00.000Z"},
        {-62'167'219'200'000, "0000-01-01T00:00:00.000Z"},
        {253'402'300'799'999, "9999-12-31T23:59:59.999Z"},
    };
    for (const auto& [time, text] : times) {
        CHECK(to_iso8601(time) == text);
        CHECK(parse_iso8601(text) == time);
    }
}

TEST_CASE("a time outside the years 0 to 9999 is clamped") {
    CHECK(to_iso8601(253'402'300'800'000) == "9999-12-31T23:59:59.999Z");
    CHECK(to_iso8601(std::numeric_limits<EpochMs>::max()) == "9999-12-31T23:59:59.999Z");
    CHECK(to_iso8601(-62'167'219'200'001) == "0000-01-01T00:00:00.000Z");
    CHECK(to_iso8601(std::numeric_limits<EpochMs>::min()) == "0000-01-01T00:00:00.000Z");
}

}  // namespace notifyd
