// The first of each second.
#include "notifyd/observability/sampler.hpp"

#include <catch2/catch.hpp>

using namespace notifyd;
using namespace notifyd::observability;
using namespace std::chrono_literals;

TEST_CASE("a sampler admits the first of each second") {
    Sampler sampler;
    const SteadyTime start{10s};
    CHECK(sampler.admit(start));
    CHECK_FALSE(sampler.admit(start));
    CHECK_FALSE(sampler.admit(start + 999ms));
    CHECK(sampler.admit(start + 1s));
    CHECK_FALSE(sampler.admit(start + 1s));
    // A thread whose time is older does not reopen the previous second.
    CHECK_FALSE(sampler.admit(start + 500ms));
    CHECK(sampler.admit(start + 1h));
}

TEST_CASE("a sampler admits the given number per second") {
    Sampler sampler(3);
    for (const SteadyTime second : {SteadyTime{10s}, SteadyTime{11s}, SteadyTime{500s}}) {
        for (int i = 0; i < 3; ++i) CHECK(sampler.admit(second + i * 300ms));
        CHECK_FALSE(sampler.admit(second + 999ms));
    }
    CHECK_FALSE(sampler.admit(SteadyTime{11s}));
}
