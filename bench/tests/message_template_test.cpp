// The text of publishes, and how their stamps are found again.
#include "message_template.hpp"

#include "field_finder.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace notifyd::bench;

TEST_CASE("the payload has the requested length, and the stamps are found again") {
    Options options;
    options.payload_bytes = 256;
    options.type = MessageType::fifo;
    MessageTemplate message = MessageTemplate::send_message(options, "room-7");
    FieldFinder stamp{std::string(MessageTemplate::stamp_needle)};
    FieldFinder request{std::string(MessageTemplate::request_needle)};
    for (const std::uint32_t value : {0U, 1U, 0xDEADBEEFU, 0xFFFFFFFFU}) {
        const std::string text(message.fill(value, value / 2));
        CHECK(stamp.stamp(text) == value);
        CHECK(request.stamp(text) == value / 2);
        const std::size_t payload = text.find("\"payload\":") + 10;
        CHECK(text.size() - payload - 1 == options.payload_bytes);
    }
}

TEST_CASE("an http request states the length of its body") {
    MessageTemplate message = MessageTemplate::http_request(Options{}, "room-7");
    const std::string text(message.fill(7, 0));
    const std::size_t body = text.find("\r\n\r\n") + 4;
    CHECK(text.find("Content-Length: " + std::to_string(text.size() - body) + "\r\n") != std::string::npos);
    CHECK(text.find("\"stamp\":\"00000007\"") != std::string::npos);
}

TEST_CASE("a field is found at the previous position, elsewhere, or not at all") {
    FieldFinder finder("\"sequenceNumber\":");
    CHECK(finder.decimal(R"({"a":1,"sequenceNumber":42,"b":2})") == 42U);
    CHECK(finder.decimal(R"({"a":1,"sequenceNumber":1234567})") == 1'234'567U);
    CHECK(finder.decimal(R"({"sequenceNumber":5})") == 5U);
    CHECK_FALSE(finder.decimal(R"({"a":1})"));
    CHECK_FALSE(finder.decimal(R"({"sequenceNumber":null})"));
    CHECK_FALSE(finder.decimal(""));
    CHECK_FALSE(FieldFinder("\"stamp\":\"").stamp(R"({"stamp":"12)"));
}
