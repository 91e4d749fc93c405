// Who gets a socket while there are few.
#include "open_sockets.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using notifyd::gateway::OpenSockets;

namespace {

// As many as the address gets of `count`.
std::vector<OpenSockets::Place> take(OpenSockets& sockets, const std::string& key, int count) {
    std::vector<OpenSockets::Place> places;
    for (int i = 0; i < count; ++i) {
        OpenSockets::Place place = sockets.take(key);
        if (place.is_taken()) places.push_back(std::move(place));
    }
    return places;
}

}  // namespace

TEST_CASE("an address gets a quarter of all sockets, those without a key get all") {
    OpenSockets sockets;
    sockets.set_max(400);
    auto first = take(sockets, "192.0.2.1", 400);
    CHECK(first.size() == 100);
    CHECK(sockets.take("192.0.2.1").refusal() == "address_full");
    const auto other = take(sockets, "2001:db8::/64", 50);
    CHECK(other.size() == 50);
    const auto exempt = take(sockets, "", 400);
    CHECK(exempt.size() == 250);
    CHECK(sockets.take("").refusal() == "server_full");
    CHECK(sockets.take("192.0.2.2").refusal() == "server_full");
    first.pop_back();
    CHECK(sockets.take("192.0.2.1").is_taken());
    first.clear();
    CHECK(take(sockets, "192.0.2.1", 400).size() == 100);
}

TEST_CASE("a small server has 64 for an address, as long as it has them") {
    OpenSockets sockets;
    sockets.set_max(100);
    CHECK(take(sockets, "192.0.2.1", 100).size() == 64);
    sockets.set_max(16);
    CHECK(take(sockets, "192.0.2.1", 100).size() == 16);
}
