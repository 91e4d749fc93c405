// How the members of a body are read, whatever the resource.
#include "body_reader.hpp"

#include <catch2/catch.hpp>

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace notifyd::wire {

namespace {

// The error after `read`, or "".
std::string error_of(std::string_view body, const std::function<void(BodyReader&)>& read = {}) {
    BodyReader fields(body, JsonLimits{}, {"name", "count", "enabled", "until", "labels", "chatId"});
    if (read) read(fields);
    return fields.error() ? fields.error()->message : "";
}

}  // namespace

TEST_CASE("each kind of member is read") {
    BodyReader fields(R"({"na\u006de":"a\nb","count":7,"enabled":false,"until":"2026-01-31T12:00:00Z",)"
                      R"("labels":["a","b","a"],"chatId":"c","targetId":null,"other":1})",
                      JsonLimits{},
                      {"name", "count", "enabled", "until", "labels", "chatId", "targetId"});
    CHECK(fields.text("name") == "a\nb");
    CHECK(fields.number("count") == 7);
    CHECK(fields.flag("enabled") == false);
    CHECK(fields.time("until") == 1'769'860'800'000);
    CHECK(fields.texts("labels", 3, "letters", [](std::string_view) { return true; }) ==
          std::vector<std::string>{"a", "b"});
    CHECK(fields.topic_fields().chat_id == "c");
    CHECK_FALSE(fields.topic_fields().target_id);
    CHECK(fields.value("other").text() == "1");
    CHECK(fields.members().size() == 8);
    CHECK_FALSE(fields.error());
}

TEST_CASE("an absent member and null are the same, and no error") {
    for (const std::string_view body : {"{}", R"({"name":null,"count":null,"enabled":null,"until":null})"}) {
        CHECK(error_of(body, [](BodyReader& fields) {
                  CHECK_FALSE(fields.text("name"));
                  CHECK_FALSE(fields.number("count"));
                  CHECK_FALSE(fields.flag("enabled"));
                  CHECK_FALSE(fields.time("until"));
                  CHECK_FALSE(fields.value("name").exists());
              }).empty());
    }
}

TEST_CASE("a text that is not an acceptable object is refused at once") {
    const std::vector<std::pair<std::string, std::string>> table{
        {"", "Request body is not valid JSON"},
        {"{", "Request body is not valid JSON"},
        {R"({"name":"a","name":"b"})", "Request body is not valid JSON: an object has a duplicate key"},
        {R"({"a":)" + std::string(32, '[') + std::string(32, ']') + "}",
         "Request body is not valid JSON: it is nested too deeply"},
        {"[]", "The body must be an object"},
        {"null", "The body must be an object"},
        {R"({"Name":"a"})", "Unknown name \"Name\": did you mean \"name\"?"},
    };
    for (const auto& [body, message] : table) {
        CAPTURE(body);
        CHECK(error_of(body) == message);
    }
    const BodyReader fields("{", JsonLimits{}, {});
    CHECK(fields.error()->code == Errc::invalid_json);
}

TEST_CASE("a member of the wrong kind is refused by name") {
    const auto is_short = [](std::string_view text) { return text.size() < 3; };
    CHECK(error_of(R"({"name":1})", [](BodyReader& fields) { CHECK_FALSE(fields.text("name")); }) ==
          "name must be a string");
    CHECK(error_of(R"({"name":"abc"})", [&](BodyReader& fields) {
              CHECK_FALSE(fields.text("name", "a short string", is_short));
          }) == "name must be a short string");
    for (const std::string_view body : {R"({"count":-1})", R"({"count":1.5})", R"({"count":"1"})"}) {
        CHECK(error_of(body, [](BodyReader& fields) { CHECK_FALSE(fields.number("count")); }) ==
              "count must be a whole number");
    }
    CHECK(error_of(R"({"enabled":"true"})", [](BodyReader& fields) { CHECK_FALSE(fields.flag("enabled")); }) ==
          "enabled must be true or false");
    CHECK(error_of(R"({"until":[]})", [](BodyReader& fields) { CHECK_FALSE(fields.time("until")); }) ==
          "until must be an ISO 8601 time with a zone, or epoch milliseconds");
    for (const std::string_view body : {R"({"labels":"a"})", R"({"labels":["a","b","c"]})", R"({"labels":["abc"]})"}) {
        CHECK(error_of(body, [&](BodyReader& fields) {
                  CHECK_FALSE(fields.texts("labels", 2, "short strings", is_short));
              }) == "labels must be an array of at most 2 short strings");
    }
}

TEST_CASE("the first error counts, and nothing is read after it") {
    CHECK(error_of(R"({"name":1,"count":"1","enabled":true,"until":"x"})", [](BodyReader& fields) {
              CHECK_FALSE(fields.text("name"));
              CHECK_FALSE(fields.number("count"));
              CHECK_FALSE(fields.time("until"));
              CHECK_FALSE(fields.flag("enabled"));
              CHECK(fields.members().empty());
              fields.refuse("enabled", "off");
          }) == "name must be a string");
}

TEST_CASE("an object inside a body names its members by their path") {
    BodyReader body(R"({"types":{"new_like":{"inApp":1}}, "email":[]})", JsonLimits{}, {"types", "email"});
    BodyReader types(body.value("types"), JsonLimits{}, {}, "types");
    REQUIRE(types.members().size() == 1);
    CHECK(types.members().front().key == "new_like");
    BodyReader type(types.members().front().value, JsonLimits{}, {"inApp"}, "types.new_like");
    CHECK_FALSE(type.flag("inApp"));
    CHECK(type.error()->message == "types.new_like.inApp must be true or false");
    const BodyReader email(body.value("email"), JsonLimits{}, {}, "email");
    CHECK(email.error()->message == "email must be an object");
}

}  // namespace notifyd::wire
