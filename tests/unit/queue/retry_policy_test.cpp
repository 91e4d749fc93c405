// When a delivery is retried.
#include "notifyd/queue/retry_policy.hpp"

#include <catch2/catch.hpp>

using notifyd::Milliseconds;
using notifyd::queue::RetryPolicy;

TEST_CASE("the wait doubles with each failure, and there is none after the last attempt") {
    const RetryPolicy policy{4, Milliseconds(200)};
    CHECK(policy.after(1) == Milliseconds(200));
    CHECK(policy.after(2) == Milliseconds(400));
    CHECK(policy.after(3) == Milliseconds(800));
    CHECK_FALSE(policy.after(4).has_value());
    CHECK_FALSE(policy.after(5).has_value());
}

TEST_CASE("with one attempt nothing is retried") {
    CHECK_FALSE(RetryPolicy{1, Milliseconds(200)}.after(1).has_value());
}

TEST_CASE("the wait is bounded") {
    const RetryPolicy policy{1'000, Milliseconds(200)};
    CHECK(policy.after(900) == Milliseconds(3'600'000));
}
