// What clients say about what they have read, and the list of chats.
#include "notifyd/wire/read_positions.hpp"

#include "notifyd/wire/opaque_key.hpp"

#include <catch2/catch.hpp>

#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace notifyd::wire {

namespace {

TopicName topic(const std::string& text) {
    return *TopicName::parse(text);
}

}  // namespace

TEST_CASE("a read names a topic and a number") {
    const auto read = parse_read(R"({"topic":"org:a","sequenceNumber":42,"more":1})");
    REQUIRE(read.has_value());
    CHECK(read->topic == topic("org:a"));
    CHECK(read->sequence == 42);
    CHECK(parse_read(R"({"topic":"chat:a","sequenceNumber":0})")->sequence == 0);
    CHECK(parse_read(R"({"topic":"chat:a","sequenceNumber":18446744073709551615})")->sequence ==
          std::numeric_limits<Sequence>::max());
}

TEST_CASE("the error for a bad read says what to write") {
    const std::string text = "topic must be a string, such as \"chat:abc\"";
    const std::string number = "sequenceNumber must be a whole number that is not negative";
    const std::vector<std::pair<std::string, std::string>> table{
        {"", "payload must be an object"},
        {"[]", "payload must be an object"},
        {R"({"sequenceNumber":1})", text},
        {R"({"topic":7,"sequenceNumber":1})", text},
        {R"({"topic":"a","sequenceNumber":1})", "A topic is chat:, user:, org:, hub: or project: followed by an id"},
        {R"({"topic":"chat:a"})", number},
        {R"({"topic":"chat:a","sequenceNumber":null})", number},
        {R"({"topic":"chat:a","sequenceNumber":-1})", number},
        {R"({"topic":"chat:a","sequenceNumber":1.5})", number},
        {R"({"topic":"chat:a","sequenceNumber":"1"})", number},
        {R"({"topic":"chat:a","sequenceNumber":18446744073709551616})", number},
    };
    for (const auto& [payload, message] : table) {
        CAPTURE(payload);
        const auto read = parse_read(payload);
        REQUIRE(read.has_error());
        CHECK(read.error().code == Errc::invalid_request);
        CHECK(read.error().message == message);
    }
}

TEST_CASE("chats are listed in pages") {
    CHECK(parse_chats_query({})->limit == 50);
    CHECK(parse_chats_query({{"limit", "7"}, {"startKey", "k"}})->start_key == "k");
    CHECK(parse_chats_query({{"limit", "101"}}).has_error());
    CHECK(parse_chats_query({{"start_key", "k"}}).has_error());
    CHECK(chats_page({}, "k") == R"({"chats":[],"count":0,"nextStartKey":"k"})");
}

TEST_CASE("a chat key decodes to its place, and only for its user") {
    const UserId user("u");
    CHECK_FALSE(decode_chat_list_start(user, std::nullopt)->has_value());
    for (const ChatPlace& place :
         {ChatPlace{0, topic("chat:a b c")}, ChatPlace{std::numeric_limits<Position>::max(), topic("org:\xC3\xA9")}}) {
        const auto decoded = decode_chat_list_start(user, encode_chat_key(user, place));
        REQUIRE(decoded.has_value());
        REQUIRE(decoded->has_value());
        CHECK((*decoded)->last_message == place.last_message);
        CHECK((*decoded)->topic == place.topic);
        CHECK(decode_chat_list_start(UserId("v"), encode_chat_key(user, place)).has_error());
    }
    for (const std::string text :
         {"", "1", "chat:a", "x chat:a", "-1 chat:a", "9223372036854775808 chat:a", "1 room:a"}) {
        CAPTURE(text);
        const auto decoded = decode_chat_list_start(user, encode_list_key(ListKind::chats, "u", text));
        REQUIRE(decoded.has_error());
        CHECK(decoded.error().message == "Invalid startKey format");
    }
    CHECK(decode_chat_list_start(user, "garbage").has_error());
}

TEST_CASE("chats with messages precede those without, which are in the order of their names") {
    const ChatPlace newest{9, topic("chat:z")};
    const ChatPlace older{3, topic("chat:a")};
    const ChatPlace empty{0, topic("chat:b")};
    const ChatPlace last{0, topic("org:a")};
    CHECK((newest.is_before(older) && older.is_before(empty) && empty.is_before(last)));
    CHECK_FALSE((older.is_before(newest) || last.is_before(empty) || empty.is_before(empty)));
}

}  // namespace notifyd::wire
