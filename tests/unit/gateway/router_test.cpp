// Paths and verbs: found, 404 or 405 with Allow.
#include "router.hpp"

#include <catch2/catch.hpp>

#include <set>
#include <string>

using notifyd::gateway::match_route;
using notifyd::gateway::routes;

TEST_CASE("every route is found by its verb and path, and none is listed twice") {
    std::set<std::string> seen;
    for (const auto& route : routes()) {
        CHECK(match_route(route.method, route.path).route == &route);
        CHECK(seen.insert(std::string(route.method) + " " + std::string(route.path)).second);
    }
}

TEST_CASE("an unknown path is nowhere; a known one names its verbs") {
    CHECK(match_route("GET", "/nope").route == nullptr);
    CHECK(match_route("GET", "/nope").allow.empty());
    CHECK(match_route("GET", "/publish").allow == "POST, OPTIONS");
    CHECK(match_route("PUT", "/permissions").allow == "POST, DELETE, GET, HEAD, OPTIONS");
    CHECK(match_route("GET", "/Publish").allow.empty());
    CHECK(match_route("GET", "/publish/").allow.empty());
}

TEST_CASE("HEAD is answered by GET") {
    REQUIRE(match_route("HEAD", "/healthz").route != nullptr);
    CHECK(match_route("HEAD", "/healthz").route->method == "GET");
    CHECK(match_route("HEAD", "/publish").route == nullptr);
}
