// Who gets a socket when they are scarce.
#include "accept/open_sockets.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using notifyd::gateway::OpenSockets;

namespace {

// As many of `count` places as the address gets.
std::vector<OpenSockets::Place> take(OpenSockets& sockets, const std::string& key, int count) {
    std::vector<OpenSockets::Place> places;
    for (int i = 0; i < count; ++i) {
        OpenSockets::Place place = sockets.take(key);
        if (place.is_taken()) places.push_back(std::move(place));
    }
    return places;
}

}  // namespace

TEST_CASE("an address gets a quarter of all sockets, and clients without a key all that HTTP may use") {
    OpenSockets sockets;
    sockets.set_max(400);
    auto first = take(sockets, "192.0.2.1", 400);
    CHECK(first.size() == 100);
    CHECK(sockets.take("192.0.2.1").refusal() == "address_full");
    const auto other = take(sockets, "2001:db8::/64", 50);
    CHECK(other.size() == 50);
    const auto exempt = take(sockets, "", 400);
    CHECK(exempt.size() == 150);
    CHECK(sockets.take("").refusal() == "server_full");
    CHECK(sockets.take("192.0.2.2").refusal() == "server_full");
    // Nobody has to give way for a client that would be refused anyway.
    CHECK(sockets.take("192.0.2.1").refusal() == "address_full");
    first.pop_back();
    CHECK(sockets.take("192.0.2.1").is_taken());
    first.clear();
    CHECK(take(sockets, "192.0.2.1", 400).size() == 100);
}

TEST_CASE("a small server grants 64 to an address, as long as it has them") {
    OpenSockets sockets;
    sockets.set_max(100);
    CHECK(take(sockets, "192.0.2.1", 100).size() == 64);
    sockets.set_max(16);
    CHECK(take(sockets, "192.0.2.1", 100).size() == 12);
}

TEST_CASE("a quarter is reserved for WebSockets, and an eighth for HTTP") {
    OpenSockets sockets;
    sockets.set_max(400);
    std::vector<OpenSockets::Place> websockets;
    auto requests = take(sockets, "", 400);
    CHECK(requests.size() == 300);
    CHECK(sockets.take("").is_server_full());
    while (!requests.empty() && requests.back().become_websocket()) {
        websockets.push_back(std::move(requests.back()));
        requests.pop_back();
        auto next = take(sockets, "", 1);
        if (!next.empty()) requests.push_back(std::move(next.front()));
    }
    CHECK(websockets.size() == 350);
    CHECK(requests.size() == 50);
    CHECK(sockets.take("").is_server_full());
    CHECK_FALSE(requests.front().become_websocket());
    websockets.pop_back();
    CHECK(requests.front().become_websocket());
    CHECK(requests.front().become_websocket());
    requests.front().become_http();
    CHECK(requests[1].become_websocket());
    requests.clear();
    websockets.clear();
    CHECK(take(sockets, "", 400).size() == 300);
}

TEST_CASE("a place that is returned early is returned only once") {
    OpenSockets sockets;
    sockets.set_max(64);
    auto places = take(sockets, "192.0.2.1", 48);
    REQUIRE(places.size() == 48);
    places.front().give_back();
    places.front().give_back();
    CHECK_FALSE(places.front().is_taken());
    auto newcomer = take(sockets, "192.0.2.2", 2);
    CHECK(newcomer.size() == 1);
    places.clear();
    CHECK(take(sockets, "192.0.2.1", 100).size() == 47);
}

TEST_CASE("limits.max_connections WebSockets always find a place") {
    OpenSockets sockets;
    for (const std::size_t connections : {1U, 100U, 7'167U, 7'168U, 7'169U, 100'000U}) {
        sockets.set_max(connections + 1024);
        CHECK(sockets.websockets_max() >= connections);
    }
}
