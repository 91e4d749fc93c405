// The objects of replies.
#include "object_writer.hpp"

#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>

#include <array>
#include <string>
#include <vector>

namespace notifyd::wire {

namespace {

void write_number(ObjectWriter& object, int number) {
    object.number("number", number);
}

}  // namespace

TEST_CASE("members are written in the order of the calls") {
    JsonReply reply;
    reply.text("text", "a\"b\n")
        .number("number", -7)
        .flag("on", true)
        .flag("off", false)
        .time("time", 0)
        .topic(*TopicName::parse("chat:c"))
        .object("object", 1, write_number)
        .objects("objects", std::array{2, 3}, write_number)
        .texts("texts", std::vector<std::string>{"a", "b"});
    reply.raw("raw") += "[1.0]";
    CHECK(reply.take() ==
          R"({"text":"a\"b\n","number":-7,"on":true,"off":false,"time":"1970-01-01T00:00:00.000Z","chatId":"c",)"
          R"("object":{"number":1},"objects":[{"number":2},{"number":3}],"texts":["a","b"],"raw":[1.0]})");
}

TEST_CASE("a topic that is not a chat has two members") {
    JsonReply reply;
    reply.topic(*TopicName::parse("org:o")).number("count", 0U);
    CHECK(reply.take() == R"({"targetClass":"org","targetId":"o","count":0})");
}

TEST_CASE("a member without a value is left out") {
    JsonReply reply;
    // Named, because GCC takes temporaries for uninitialised memory in sanitizer builds.
    const std::optional<std::string> no_text;
    const std::optional<int> no_number;
    const std::optional<EpochMs> no_time;
    reply.text("text", no_text).number("number", no_number).time("time", no_time);
    CHECK(reply.take() == "{}");
    JsonReply given;
    given.text("text", std::optional<std::string>("a"))
        .number("number", std::optional<int>(1))
        .time("time", std::optional<EpochMs>(1));
    CHECK(given.take() == R"({"text":"a","number":1,"time":"1970-01-01T00:00:00.001Z"})");
}

TEST_CASE("empty objects and arrays are complete") {
    JsonReply reply;
    reply.object("object", 0, [](ObjectWriter&, int) {})
        .objects("objects", std::vector<int>{}, write_number)
        .texts("texts", std::vector<std::string>{});
    CHECK(reply.take() == R"({"object":{},"objects":[],"texts":[]})");
}

TEST_CASE("a page has its rows, their number, and a key if there are more") {
    const std::array<int, 2> rows{1, 2};
    CHECK(page_reply("rows", std::span<const int>(rows), write_number, "k") ==
          R"({"rows":[{"number":1},{"number":2}],"count":2,"nextStartKey":"k"})");
    CHECK(page_reply("rows", std::span<const int>(), write_number, std::nullopt) == R"({"rows":[],"count":0})");
}

TEST_CASE("whatever the bytes of a text are, another parser reads the reply") {
    for (int first = 0; first < 256; ++first) {
        const std::string text = {'a', static_cast<char>(first), 'b', static_cast<char>(0xC3), 'c'};
        JsonReply reply;
        reply.text("text", text).texts("texts", std::array{text});
        boost::json::error_code error;
        static_cast<void>(boost::json::parse(reply.take(), error));
        CHECK_FALSE(error);
    }
}

}  // namespace notifyd::wire
