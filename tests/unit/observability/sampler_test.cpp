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
    // A thread whose look at the clock is older does not reopen the second before.
    CHECK_FALSE(sampler.admit(start + 500ms));
    CHECK(sampler.admit(start + 1h));
}
