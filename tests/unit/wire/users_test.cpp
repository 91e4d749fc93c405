// Bodies and replies for blocking users.
#include "notifyd/wire/users.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <utility>
#include <vector>

using namespace notifyd;
using namespace notifyd::wire;

namespace {

Result<BlockBody> parse(const std::string& body) {
    return parse_block_body(body, JsonLimits{});
}

}  // namespace

TEST_CASE("a block may have an end and a reason") {
    for (const std::string nothing : {"", "{}", R"({"until":null,"reason":null})"}) {
        const auto block = parse(nothing);
        REQUIRE(block.has_value());
        CHECK_FALSE(block->until);
        CHECK(block->reason.empty());
    }
    CHECK(parse(R"({"until":1769860800000,"reason":"spam"})")->until == 1'769'860'800'000);
    CHECK(parse(R"({"until":"2026-01-31T12:00:00Z"})")->until == 1'769'860'800'000);
    CHECK(parse(R"({"reason":"spam"})")->reason == "spam");
}

TEST_CASE("the error for a bad block says what to write") {
    const std::vector<std::pair<std::string, std::string>> table{
        {"[]", "The body must be an object"},
        {"{", "Request body is not valid JSON"},
        {R"({"until":1769860800})", "until is given in seconds: give milliseconds (times 1000), or an ISO 8601 time"},
        {R"({"until":"tomorrow"})", "until must be an ISO 8601 time with a zone, or epoch milliseconds"},
        {R"({"until":[]})", "until must be an ISO 8601 time with a zone, or epoch milliseconds"},
        {R"({"reason":7})", "reason must be a string of at most 1,000 bytes"},
        {R"({"reason":")" + std::string(1001, 'x') + R"("})", "reason must be a string of at most 1,000 bytes"},
        {R"({"Until":1})", "Unknown name \"Until\": did you mean \"until\"?"},
    };
    for (const auto& [body, message] : table) {
        const auto block = parse(body);
        REQUIRE(block.has_error());
        CHECK(block.error().message == message);
    }
}

TEST_CASE("only blocked users can be listed") {
    CHECK(parse_blocked_users_query({{"blocked", "true"}})->limit == 50);
    CHECK(parse_blocked_users_query({{"blocked", "true"}, {"limit", "7"}, {"startKey", "k"}})->start_key == "k");
    CHECK(parse_blocked_users_query({}).has_error());
    CHECK(parse_blocked_users_query({{"blocked", "false"}}).has_error());
}

TEST_CASE("replies about blocks are complete") {
    const UserBlock block{UserId("bob"), 1'769'860'800'000, UserId("root"), 1'769'860'800'001, "spam"};
    const std::string text = R"({"userId":"bob","blockedAt":"2026-01-31T12:00:00.000Z","blockedBy":"root")"
                             R"(,"until":"2026-01-31T12:00:00.001Z","reason":"spam"})";
    CHECK(block_reply(block) == R"({"message":"User blocked successfully","block":)" + text + "}");
    const std::vector<UserBlock> two{block, {UserId("eve"), 0, UserId("root")}};
    CHECK(blocked_users_page(two, "k") ==
          R"({"users":[)" + text +
              R"(,{"userId":"eve","blockedAt":"1970-01-01T00:00:00.000Z","blockedBy":"root"}],"count":2)" +
              R"(,"nextStartKey":"k"})");
    CHECK(blocked_users_page({}, std::nullopt) == R"({"users":[],"count":0})");
}
