#include "notifyd/wire/api_types.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <utility>
#include <vector>

namespace notifyd::wire {

namespace {

// "user topic role", or the sentence of the error.
std::string parse(const std::string& text) {
    const auto grant = parse_grant_body(text, JsonLimits{});
    if (grant.has_error()) return grant.error().message;
    return grant->user.get() + " " + grant->topic.text() + " " + std::string(to_string(grant->role));
}

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
        {"[]", "Missing required parameter: userId"},
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

}  // namespace notifyd::wire
