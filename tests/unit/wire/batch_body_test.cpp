#include "notifyd/wire/publish.hpp"

#include <catch2/catch.hpp>

#include <string>

namespace notifyd::wire {

namespace {

constexpr JsonLimits limits{};
constexpr std::size_t message_bytes_max = 200;

const std::string good = R"({"targetChannel":"WebSocket","payload":{"chatId":"c"}})";

std::string batch_of(std::size_t count) {
    std::string text = "{\"messages\":[";
    for (std::size_t i = 0; i < count; ++i) text += (i == 0 ? "" : ",") + good;
    return text + "]}";
}

auto parse(const std::string& text) {
    return parse_batch_body(text, limits, message_bytes_max);
}

}  // namespace

TEST_CASE("a batch has 1 to 100 messages") {
    CHECK(parse(batch_of(1))->size() == 1);
    CHECK(parse(batch_of(100))->size() == 100);
    const std::string text = GENERATE(as<std::string>{},
                                      batch_of(0),
                                      batch_of(101),
                                      "{}",
                                      "[]",
                                      "[" + good + "]",
                                      R"({"messages":{}})",
                                      R"({"messages":null})",
                                      R"({"messages":"x"})");
    const auto entries = parse(text);
    REQUIRE(entries.has_error());
    CHECK(entries.error().code == Errc::invalid_request);
    CHECK(entries.error().message == "messages must be an array of 1 to 100 messages");
}

TEST_CASE("each entry of a batch is handled on its own, in order") {
    const std::string too_large =
        R"({"targetChannel":"WebSocket","payload":{"chatId":"c","x":")" + std::string(200, 'x') + "\"}}";
    const auto entries = parse("{ \"messages\" : [ " + good + " , {} , 7 , " + too_large +
                               R"( , {"targetChannel":"W","messageType":"x","payload":{}}, )" + good + " ] }");
    REQUIRE(entries.has_value());
    REQUIRE(entries->size() == 6);
    const auto code = [&](std::size_t i) { return (*entries)[i].error().code; };
    CHECK((*entries)[0].has_value());
    REQUIRE((*entries)[1].has_error());
    CHECK((*entries)[1].error().message == "Missing required parameters: targetChannel and payload are required");
    REQUIRE((*entries)[2].has_error());
    CHECK(code(2) == Errc::invalid_request);
    REQUIRE((*entries)[3].has_error());
    CHECK(code(3) == Errc::payload_too_large);
    REQUIRE((*entries)[4].has_error());
    CHECK((*entries)[4].error().message == "Invalid messageType. Must be \"fifo\" or \"standard\"");
    CHECK((*entries)[5].has_value());
}

TEST_CASE("an entry may be exactly as large as a message") {
    const auto entry_of = [](std::size_t bytes) {
        std::string entry = R"({"targetChannel":"WebSocket","payload":{"chatId":"c","x":""}})";
        entry.insert(entry.size() - 3, std::string(bytes - entry.size(), 'x'));
        return entry;
    };
    const auto entries =
        parse("{\"messages\":[" + entry_of(message_bytes_max) + "," + entry_of(message_bytes_max + 1) + "]}");
    REQUIRE(entries.has_value());
    CHECK((*entries)[0].has_value());
    CHECK((*entries)[1].has_error());
}

TEST_CASE("a batch that is not JSON is refused as a whole") {
    for (const std::string& text : {std::string("{\"messages\":["),
                                    "{\"messages\":[" + good + "]} x",
                                    std::string(R"({"messages":[{"a":1,"a":2}]})")}) {
        const auto entries = parse(text);
        REQUIRE(entries.has_error());
        CHECK(entries.error().code == Errc::invalid_json);
    }
}

TEST_CASE("an entry may be nested as deeply as the same message on its own") {
    const std::string entry = R"({"targetChannel":"W","payload":{"chatId":"c","x":[[]]}})";
    CHECK(parse_publish_body(entry, {4}).has_value());
    CHECK(parse_batch_body("{\"messages\":[" + entry + "]}", {4}, 1'000).has_value());
    CHECK(parse_publish_body(entry, {3}).has_error());
    CHECK(parse_batch_body("{\"messages\":[" + entry + "]}", {3}, 1'000).has_error());
}

}  // namespace notifyd::wire
