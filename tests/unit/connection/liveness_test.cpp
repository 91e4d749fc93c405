// When a connection is pinged, and when it is given up.
#include "notifyd/connection/liveness.hpp"

#include <catch2/catch.hpp>

using namespace std::chrono_literals;
using notifyd::SteadyTime;
using notifyd::connection::Liveness;
using notifyd::connection::LivenessRules;
using Action = Liveness::Action;

namespace {

const SteadyTime start{};
constexpr LivenessRules rules{30s, 90s, 2h};

}  // namespace

TEST_CASE("a quiet connection is pinged every interval and closed when idle") {
    Liveness peer(rules, start);
    CHECK(peer.next(start + 29'999ms) == Action::wait);
    CHECK(peer.next(start + 30s) == Action::send_ping);
    CHECK(peer.next(start + 30s) == Action::wait);
    CHECK(peer.next(start + 60s) == Action::send_ping);
    CHECK(peer.next(start + 89'999ms) == Action::wait);
    CHECK(peer.next(start + 90s) == Action::close_idle);
}

TEST_CASE("anything heard keeps a connection, but not past its age") {
    Liveness peer(rules, start);
    for (auto now = start + 30s; now < start + 2h; now += 30s) {
        peer.heard(now);
        CHECK(peer.next(now) == Action::send_ping);
    }
    CHECK(peer.next(start + 2h) == Action::close_too_old);
}

TEST_CASE("0 disables a rule") {
    Liveness eternal(LivenessRules{0s, 0s, 0s}, start);
    CHECK(eternal.next(start + 10'000h) == Action::wait);
    Liveness silent(LivenessRules{0s, 90s, 0s}, start);
    CHECK(silent.next(start + 89s) == Action::wait);
    CHECK(silent.next(start + 90s) == Action::close_idle);
}

TEST_CASE("connections opened together do not close together") {
    using notifyd::connection::spread_age;
    CHECK(spread_age(2h, 0) == 108min);
    CHECK(spread_age(2h, 1000) == 120min);
    CHECK(spread_age(2h, 2000) == 132min);
    CHECK(spread_age(2h, 2001) == 108min);
    CHECK(spread_age(0s, 2000) == 0s);
}
