// What counts as JSON, tested through the one parser that accepts any text.
#include "notifyd/wire/publish.hpp"

#include <catch2/catch.hpp>

#include <string>

namespace notifyd::wire {

namespace {

constexpr JsonLimits limits{};

// A publish whose payload has one more member, `x`, with this text as its value.
std::string with_value(const std::string& value) {
    return R"({"targetChannel":"WebSocket","payload":{"chatId":"c","x":)" + value + "}}";
}

Result<PublishRequest> parse(const std::string& text) {
    return parse_publish_body(text, limits);
}

std::string nested(std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
}

}  // namespace

TEST_CASE("values of every kind pass through with their own text") {
    const std::string value = GENERATE(as<std::string>{},
                                       "null",
                                       "true",
                                       "0",
                                       "-0",
                                       "1.50",
                                       "1E+2",
                                       "12345678901234567890123456789",
                                       "1.7976931348623157e308",
                                       "1e-400",
                                       "\"\"",
                                       R"("a\"b\\")",
                                       R"("\u0000\ud83d\ude00\/")",
                                       "\"\xC3\xA9\xF0\x9F\x98\x80\"",
                                       "[]",
                                       "{}",
                                       "[ 1 , [ ] , { } ]",
                                       "{ \"}\" : \"]\" }",
                                       R"(["\\","\"","\\\""])");
    CAPTURE(value);
    const auto request = parse(with_value(value));
    REQUIRE(request.has_value());
    CHECK(request->payload_fields == "\"x\":" + value);
}

TEST_CASE("whitespace around everything is fine") {
    const auto request = parse(
        "\r\n\t { \"targetChannel\" : \"WebSocket\" ,\n \"payload\" :\t{ \"chatId\" : \"c\" , "
        "\"x\" : 1 , \"y\":[ 2 ] } } \r\n");
    REQUIRE(request.has_value());
    CHECK(request->payload_fields == R"("x":1,"y":[ 2 ])");
}

TEST_CASE("what is not JSON is refused with the message of the specification") {
    const std::string text = GENERATE(as<std::string>{},
                                      "",
                                      " ",
                                      "{",
                                      "}",
                                      "nul",
                                      "{}{}",
                                      "{} x",
                                      "\xEF\xBB\xBF{}",
                                      "{\"a\":1,}",
                                      "{a:1}",
                                      "{'a':1}",
                                      "/* c */ {}",
                                      "{} // c");
    CAPTURE(text);
    const auto request = parse(text);
    REQUIRE(request.has_error());
    CHECK(request.error().code == Errc::invalid_json);
    CHECK(request.error().message == "Request body is not valid JSON");
}

TEST_CASE("a value that is not JSON makes the whole text invalid") {
    const std::string value = GENERATE(as<std::string>{},
                                       "",
                                       "01",
                                       "+1",
                                       "1.",
                                       ".5",
                                       "1e",
                                       "0x10",
                                       "NaN",
                                       "Infinity",
                                       "-Infinity",
                                       "1e400",
                                       "-1e400",
                                       "1e99999999999",
                                       "True",
                                       "[1,]",
                                       "[1",
                                       "\"a",
                                       "\"a\nb\"",
                                       "\"\x01\"",
                                       R"("\x")",
                                       R"("\u12")",
                                       "\"\x80\"",
                                       "\"\xC0\xAF\"",
                                       "\"\xED\xA0\x80\"",
                                       "\"\xF4\x90\x80\x80\"",
                                       "{\"\xFF\":1}");
    CAPTURE(value);
    const auto request = parse(with_value(value));
    REQUIRE(request.has_error());
    CHECK(request.error().code == Errc::invalid_json);
    CHECK(request.error().message == "Request body is not valid JSON");
}

TEST_CASE("half of a surrogate pair is reported as such") {
    const std::string value = GENERATE(as<std::string>{},
                                       R"("\ud800")",
                                       R"("\ud83d and more")",
                                       R"("\ud800\n")",
                                       R"("\ud800\u0041")",
                                       R"("\ud800\ud800")",
                                       R"("\udc00")",
                                       R"({"\udc00":1})");
    CAPTURE(value);
    const auto request = parse(with_value(value));
    REQUIRE(request.has_error());
    CHECK(request.error().code == Errc::invalid_json);
    CHECK_THAT(request.error().message,
               Catch::StartsWith("A string in the request body contains half of a surrogate pair"));
}

TEST_CASE("a text followed by a NUL is refused") {
    CHECK(parse(with_value("1") + std::string(1, '\0')).has_error());
}

TEST_CASE("an object with a duplicate key is refused at any level") {
    const std::string value = GENERATE(as<std::string>{},
                                       R"({"a":1,"a":2})",
                                       R"({"a":1,"b":2,"a":3})",
                                       R"({"a":1,"\u0061":2})",
                                       R"({"\u0061b":1,"a\u0062":2})",
                                       R"({"":1,"":2})",
                                       R"([[{"a":{"b":1,"b":1}}]])",
                                       R"({"/":1,"\/":2})",
                                       R"(1,"chatId":"d")",
                                       R"(1,"chat\u0049d":"d")");
    CAPTURE(value);
    const auto request = parse(with_value(value));
    REQUIRE(request.has_error());
    CHECK(request.error().code == Errc::invalid_json);
    CHECK(request.error().message == "Request body is not valid JSON: an object has a duplicate key");
    CHECK(parse(R"({"targetChannel":"a","targetChannel":"b","payload":{"chatId":"c"}})").has_error());
}

TEST_CASE("the same key in different objects is fine") {
    CHECK(parse(with_value(R"({"a":{"a":{"a":1}},"b":[{"a":1},{"a":1}],"A":1,"payload":{"chatId":1}})")).has_value());
}

TEST_CASE("duplicates are found among many keys and among long ones") {
    std::string members;
    for (int i = 0; i < 20'000; ++i) members += "\"key" + std::to_string(i) + "\":1,";
    CHECK(parse(with_value("{" + members + "\"last\":1}")).has_value());
    CHECK(parse(with_value("{" + members + "\"key7\":1}")).has_error());
    CHECK(parse(with_value("{" + members + "\"\\u006bey7\":1}")).has_error());

    const std::string key(10'000, 'k');
    CHECK(parse(with_value("{\"" + key + "\":1,\"" + key + "2\":1}")).has_value());
    CHECK(parse(with_value("{\"" + key + "\\u0041\":1,\"" + key + "A\":1}")).has_error());
}

TEST_CASE("depth is limited, counting the outermost object") {
    // The body and its payload are the first two levels.
    CHECK(parse(with_value(nested(30))).has_value());
    const auto request = parse(with_value(nested(31)));
    REQUIRE(request.has_error());
    CHECK(request.error().code == Errc::invalid_json);
    CHECK(request.error().message == "Request body is not valid JSON: it is nested too deeply");
    CHECK(parse(with_value(nested(100'000))).has_error());
    CHECK(parse(std::string(100'000, '[')).has_error());

    CHECK(parse_publish_body(with_value("1"), {2}).has_value());
    CHECK(parse_publish_body(with_value("[]"), {2}).has_error());
    CHECK(parse_publish_body(with_value("[]"), {3}).has_value());
}

TEST_CASE("every truncation of a message is refused without harm") {
    const std::string whole = with_value(R"({"a":[1.5e3,"\u0041\ud83d\ude00é",true,null],"b\n":{}})");
    REQUIRE(parse(whole).has_value());
    for (std::size_t length = 0; length < whole.size(); ++length) {
        CAPTURE(length);
        CHECK(parse(whole.substr(0, length)).has_error());
    }
}

}  // namespace notifyd::wire
