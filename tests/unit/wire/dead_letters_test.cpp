// Dead letters as JSON.
#include "notifyd/wire/dead_letters.hpp"

#include <catch2/catch.hpp>

namespace notifyd::wire {

namespace {

constexpr EpochMs noon = 1'769'860'800'000;
const std::string id_text = "0190163d-8694-739b-aea5-966c26f8ad91";

DeadLetter letter() {
    const Uuid id = *Uuid::parse(id_text);
    return {.id = id,
            .queue = "standard",
            .message = MessageId(id),
            .topic = *TopicName::parse("chat:c\"d"),
            .sequence = 0,
            .connection = std::nullopt,
            .user = UserId("u"),
            .reason = "outbox_full",
            .attempts = 3,
            .first_failed_at = noon,
            .last_failed_at = noon + 1,
            .head = R"({"content":1)"};
}

const std::string begin =
    R"({"id":")" + id_text + R"(","queue":"standard","messageId":")" + id_text + R"(","topic":"chat:c\"d",)";
const std::string middle = R"("userId":"u","reason":"outbox_full","attempts":3,)"
                           R"("firstFailedAt":"2026-01-31T12:00:00.000Z","lastFailedAt":"2026-01-31T12:00:00.001Z",)";

}  // namespace

TEST_CASE("a dead letter shows its message as complete JSON") {
    CHECK(dead_letter(letter()) == begin + middle + R"("message":{"content":1}})");
}

TEST_CASE("a dead letter shows the message's number and the connection's id, if there are any") {
    DeadLetter numbered = letter();
    numbered.sequence = 42;
    numbered.connection = ConnectionId(*Uuid::parse(id_text));
    CHECK(dead_letter(numbered) == begin + R"("sequenceNumber":42,"connectionId":")" + id_text + "\"," + middle +
                                       R"("message":{"content":1,"sequenceNumber":42}})");
}

TEST_CASE("a message whose retention has expired is null") {
    DeadLetter expired = letter();
    expired.head.reset();
    CHECK(dead_letter(expired) == begin + middle + R"("message":null})");
}

TEST_CASE("a page of dead letters has its count, and a key if there are more") {
    CHECK(dead_letters_page({}, std::nullopt) == R"({"deadLetters":[],"count":0})");
    const DeadLetter two[] = {letter(), letter()};
    const std::string text = dead_letter(letter());
    CHECK(dead_letters_page(two, "key") ==
          R"({"deadLetters":[)" + text + "," + text + R"(],"count":2,"nextStartKey":"key"})");
}

TEST_CASE("the reply to a redrive contains its counts") {
    CHECK(redrive_reply(3, 4) == R"({"redriven":3,"failed":4})");
}

TEST_CASE("the query of dead letters") {
    const auto plain = parse_dead_letters_query({});
    REQUIRE(plain.has_value());
    CHECK_FALSE(plain->queue);
    CHECK(plain->limit == 50);
    CHECK_FALSE(plain->start_key);
    const auto full = parse_dead_letters_query({{"queue", "fifo"}, {"limit", "100"}, {"startKey", "k"}});
    REQUIRE(full.has_value());
    CHECK(full->queue == "fifo");
    CHECK(full->limit == 100);
    CHECK(full->start_key == "k");
    CHECK(parse_dead_letters_query({{"limit", "101"}}).has_error());
    CHECK(parse_dead_letters_query({{"queue", "a"}, {"queue", "b"}}).has_error());
    CHECK(parse_dead_letters_query({{"queue", ""}}).has_error());
    CHECK(parse_redrive_query({{"queue", ""}}).has_error());
    CHECK_FALSE(*parse_redrive_query({}));
    CHECK(*parse_redrive_query({{"queue", "standard"}}) == "standard");
}

}  // namespace notifyd::wire
