#include "notifyd/wire/permissions.hpp"

#include "support/error_message.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <utility>
#include <vector>

namespace notifyd::wire {

namespace {

using testing::error_message;

constexpr EpochMs noon = 1'769'860'800'000;
const std::string noon_text = "\"2026-01-31T12:00:00.000Z\"";

// "user topic role", or the error's message.
std::string parse(const std::string& text) {
    const auto grant = parse_grant_body(text, JsonLimits{});
    if (grant.has_error()) return grant.error().message;
    return grant->user.get() + " " + grant->topic.text() + " " + std::string(to_string(grant->role));
}

TopicName topic(const std::string& text) {
    return *TopicName::parse(text);
}

Permission permission(const std::string& topic_text) {
    return {UserId("u"), topic(topic_text), Role::admin, noon, UserId("boss")};
}

const std::string chat_permission =
    R"({"userId":"u","chatId":"c","role":"admin","grantedAt":)" + noon_text + R"(,"grantedBy":"boss"})";

}  // namespace

TEST_CASE("a grant names a user, a topic and a role") {
    const std::string missing_topic = "Missing required parameter: chatId or targetId with targetClass";
    const std::string bad_role = "Invalid role. Must be \"viewer\", \"member\", \"admin\" or \"none\"";
    const std::vector<std::pair<std::string, std::string>> table{
        {R"({"userId":"u","chatId":"c"})", "u chat:c member"},
        {R"({"userId":"u","chatId":"c","role":"viewer","more":1})", "u chat:c viewer"},
        {R"({"targetUserId":"u","targetClass":"org","targetId":"o","role":"admin"})", "u org:o admin"},
        {R"({"userId":"u","targetUserId":"u","chatId":"c"})", "u chat:c member"},
        {R"({"userId":"u","targetUserId":"v","chatId":"c"})", "userId and targetUserId name different users"},
        {R"({"chatId":"c"})", "Missing required parameter: userId"},
        {"{}", "Missing required parameter: userId"},
        {"[]", "The body must be an object"},
        {R"({"userId":"u"})", missing_topic},
        {R"({"userId":"u","targetId":"o"})", missing_topic},
        {R"({"userId":"u","chatId":"c","targetClass":"org","targetId":"o"})",
         "Give either chatId or targetId with targetClass, not both"},
        {R"({"userId":"u","targetClass":"x","targetId":"o"})", "targetClass must be chat, user, org, hub or project"},
        {R"({"userId":"u","chatId":"c","role":"owner"})", bad_role},
        {R"({"userId":"u","chatId":"c","role":""})", bad_role},
        {R"({"userId":"u","chatId":"c","role":1})", "role must be a string"},
        {R"({"userId":1,"chatId":"c"})", "userId must be a string"},
        {R"({"userId":"u","chatId":null})", missing_topic},
        {R"({"user":"u","chatId":"c"})", "Unknown name \"user\": did you mean \"userId\"?"},
        {R"({"userId":"u","chat_id":"c"})", "Unknown name \"chat_id\": did you mean \"chatId\"?"},
        {R"({"userId":"","chatId":"c"})",
         "A user id must have 1 to 256 bytes of UTF-8 without control characters and commas"},
        {R"({"userId":"a,b","chatId":"c"})",
         "A user id must have 1 to 256 bytes of UTF-8 without control characters and commas"},
        {R"({"userId":"u","chatId":"c")", "Request body is not valid JSON"},
    };
    for (const auto& [text, expected] : table) {
        CAPTURE(text);
        CHECK(parse(text) == expected);
    }
}

TEST_CASE("permissions are listed by user or by topic") {
    const auto own = parse_permissions_query({});
    REQUIRE(own.has_value());
    CHECK_FALSE(own->user);
    CHECK_FALSE(own->topic);
    CHECK(own->limit == 50);

    const auto user = parse_permissions_query({{"userId", "u"}, {"limit", "7"}, {"startKey", "k"}});
    REQUIRE(user.has_value());
    CHECK(user->user == UserId("u"));
    CHECK(user->limit == 7);
    CHECK(user->start_key == "k");

    const auto topic = parse_permissions_query({{"targetClass", "hub"}, {"targetId", "h"}});
    REQUIRE(topic.has_value());
    CHECK(topic->topic->text() == "hub:h");

    CHECK(error_message(parse_permissions_query({{"userId", "u"}, {"chatId", "c"}})) ==
          "Give either userId or a topic, not both");
    CHECK(error_message(parse_permissions_query({{"targetClass", "hub"}})) ==
          "Missing required parameter: chatId or targetId with targetClass");
    CHECK(error_message(parse_permissions_query({{"limit", "101"}})) == "limit must be a number from 1 to 100");
    CHECK(error_message(parse_permissions_query({{"userId", ""}})) ==
          "A user id must have 1 to 256 bytes of UTF-8 without control characters and commas");
    CHECK(error_message(parse_permissions_query({{"userId", "a"}, {"userId", "b"}})) ==
          "userId is given more than once");
}

TEST_CASE("a revocation names a user and a topic") {
    const auto revoke = parse_revoke_query({{"userId", "u"}, {"chatId", "c"}});
    REQUIRE(revoke.has_value());
    CHECK(revoke->user == UserId("u"));
    CHECK(revoke->topic.text() == "chat:c");
    CHECK(error_message(parse_revoke_query({{"chatId", "c"}})) == "Missing required parameter: userId");
    CHECK(error_message(parse_revoke_query({{"userId", "u"}})) ==
          "Missing required parameter: chatId or targetId with targetClass");
    CHECK(error_message(parse_revoke_query({{"userId", "u"}, {"chatId", "c"}, {"chatId", "d"}})) ==
          "chatId is given more than once");
}

TEST_CASE("the reply to a grant contains its row") {
    CHECK(permission_reply(permission("chat:c")) ==
          R"({"message":"Permission granted successfully","permission":)" + chat_permission + "}");
    CHECK_THAT(permission_reply(permission("hub:h")), Catch::Contains(R"("targetClass":"hub","targetId":"h")"));
    CHECK(revoke_reply() == R"({"message":"Permission revoked successfully"})");
}

TEST_CASE("a page of permissions names its user or topic") {
    const std::vector<Permission> rows{permission("chat:c"), permission("chat:c")};
    CHECK(permissions_page(UserId("u"), rows, "key") == R"({"userId":"u","permissions":[)" + chat_permission + "," +
                                                            chat_permission +
                                                            R"(],"count":2,"scannedCount":2,"nextStartKey":"key"})");
    CHECK(permissions_page(topic("chat:c"), {}, std::nullopt) ==
          R"({"chatId":"c","permissions":[],"count":0,"scannedCount":0})");
    CHECK_THAT(permissions_page(topic("org:o"), {}, std::nullopt),
               Catch::StartsWith(R"({"targetClass":"org","targetId":"o","permissions")"));
}

}  // namespace notifyd::wire
