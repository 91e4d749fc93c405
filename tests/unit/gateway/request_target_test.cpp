// How a request's target is read: decoded, with its segments as they were sent.
#include "http/request_reader.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <utility>
#include <vector>

using namespace notifyd;
using namespace notifyd::gateway;

namespace {

std::string path_of(const std::string& target) {
    BeastRequest head(boost::beast::http::verb::post, target, 11);
    head.set(boost::beast::http::field::host, "h");
    const Result<Target> read = read_target(head);
    return read ? read->path : "refused";
}

}  // namespace

TEST_CASE("a path is decoded, except for slashes and percent signs in its segments") {
    const std::vector<std::pair<std::string, std::string>> table{
        {"/publish", "/publish"},
        {"/%70ublish", "/publish"},
        {"/users/auth0%7c7/block", "/users/auth0|7/block"},
        {"/users/auth0|7/block", "/users/auth0|7/block"},
        {"/users/https:%2f%2Fid.example%2F42/block?a=%2F", "/users/https:%2F%2Fid.example%2F42/block"},
        {"/users/100%25/block", "/users/100%25/block"},
        {"/users/a%252Fb/block", "/users/a%252Fb/block"},
        {"http://h/users/%C3%A4%2F/block", "/users/\xC3\xA4%2F/block"},
        {"http://h", "/"},
        {"/users/%FF/block", "refused"},
        {"/users/%2/block", "refused"}};
    for (const auto& [target, path] : table) {
        CAPTURE(target);
        CHECK(path_of(target) == path);
    }
}
