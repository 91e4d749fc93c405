// Paths and verbs: found, 404, or 405 with Allow; and properties of all declared routes.
#include "http/router.hpp"

#include <catch2/catch.hpp>

#include <set>
#include <string>
#include <utility>
#include <vector>

using namespace notifyd::gateway;

namespace {

const std::vector<Route>& routes() {
    static const std::vector<Route> declared = declared_routes();
    return declared;
}

RouteMatch match_route(std::string_view method, std::string_view path) {
    return notifyd::gateway::match_route(routes(), method, path);
}

}  // namespace

TEST_CASE("every route is found by its verb and path, and none is listed twice") {
    std::set<std::string> seen;
    for (const auto& route : routes()) {
        CHECK(match_route(route.method, route.path).route == &route);
        CHECK(seen.insert(std::string(route.method) + " " + std::string(route.path)).second);
    }
}

TEST_CASE("an unknown path has no verbs; a known one lists them") {
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

TEST_CASE("a parameter matches one segment, and a fixed path takes precedence") {
    const auto letter = match_route("DELETE", "/dlq/abc");
    REQUIRE(letter.route != nullptr);
    CHECK(letter.route->path == "/dlq/{id}");
    CHECK(letter.parameter == "abc");
    const auto redrive = match_route("POST", "/dlq/abc/redrive");
    REQUIRE(redrive.route != nullptr);
    CHECK(redrive.route->path == "/dlq/{id}/redrive");
    CHECK(redrive.parameter == "abc");
    REQUIRE(match_route("POST", "/dlq/redrive").route != nullptr);
    CHECK(match_route("POST", "/dlq/redrive").route->path == "/dlq/redrive");
    CHECK(match_route("POST", "/dlq/redrive").parameter.empty());
    CHECK(match_route("DELETE", "/dlq/redrive").allow == "POST, OPTIONS");
    CHECK(match_route("GET", "/dlq/abc").allow == "DELETE, OPTIONS");
    CHECK(match_route("GET", "/dlq/abc/redrive").allow == "POST, OPTIONS");
    for (const char* nowhere : {"/dlq/", "/dlq//redrive", "/dlq/a/b", "/dlq/a/b/redrive", "/dlq/a/redrive/", "/dl"}) {
        CHECK(match_route("DELETE", nowhere).route == nullptr);
        CHECK(match_route("DELETE", nowhere).allow.empty());
    }
}

TEST_CASE("an encoded slash is part of a parameter, not a separator") {
    const std::vector<std::pair<std::string, std::string>> table{
        {"/users/https:%2F%2Fid.example%2F42/block", "https://id.example/42"},
        {"/users/auth0|7/block", "auth0|7"},
        {"/users/100%25/block", "100%"},
        {"/users/a%252Fb/block", "a%2Fb"}};
    for (const auto& [path, user] : table) {
        CAPTURE(path);
        const auto match = match_route("POST", path);
        REQUIRE(match.route != nullptr);
        CHECK(match.route->path == "/users/{id}/block");
        CHECK(match.parameter == user);
    }
    for (const char* nowhere :
         {"/users/a/b/block", "/users%2Fa/block", "/users/a%2Fblock", "/publish%2Fbatch", "%2Fws"}) {
        CAPTURE(nowhere);
        CHECK(match_route("POST", nowhere).route == nullptr);
        CHECK(match_route("POST", nowhere).allow.empty());
    }
}

TEST_CASE("routes that change something and need a grant refuse blocked users") {
    for (const auto& route : routes()) {
        CAPTURE(route.method, route.path);
        const bool needs_grant = route.access == Access::service || route.access == Access::admin;
        const bool changes = needs_grant && route.method != "GET";
        CHECK((route.blocked_users == BlockedUsers::refused) == changes);
    }
}

TEST_CASE("only routes that reveal nothing about anyone are open") {
    std::set<std::string> open;
    for (const auto& route : routes()) {
        if (route.access == Access::open) open.insert(std::string(route.method) + " " + std::string(route.path));
    }
    CHECK(open == std::set<std::string>{"GET /healthz", "GET /readyz", "GET /version", "GET /"});
}
