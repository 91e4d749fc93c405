#include "notifyd/wire/server_frames.hpp"

#include "notifyd/wire/delivered_frames.hpp"
#include "notifyd/wire/publish.hpp"

#include "support/frame_text.hpp"

#include <catch2/catch.hpp>

#include <memory>
#include <string>
#include <vector>

namespace notifyd::wire {

namespace {

using testing::frame_text;

constexpr EpochMs noon = 1'769'860'800'000;
const std::string id_text = "0190163d-8694-739b-aea5-966c26f8ad91";

TopicName topic(const std::string& text) {
    return *TopicName::parse(text);
}

Message make_message(const std::string& topic_text) {
    return Message{.id = MessageId(*Uuid::parse(id_text)),
                   .topic = topic(topic_text),
                   .type = MessageType::fifo,
                   .numbering = Numbering::consecutive,
                   .target_channel = "WebSocket",
                   .sender = UserId("u1"),
                   .group_id = "g",
                   .published_at = noon,
                   .skip = std::nullopt,
                   .head = {}};
}

FramePtr delivered_alone(const Delivery& delivery, EpochMs processed_at, unsigned retry_count) {
    return delivered_frames(std::span(&delivery, 1), processed_at, retry_count);
}

Receipt make_receipt() {
    return {MessageId(*Uuid::parse(id_text)), MessageType::fifo, "WebSocket", "chat:c", 42, noon};
}

const RawJson request_id{"\"r-1\""};

class FixedIds final : public IdSource {
  public:
    Uuid time_ordered(EpochMs) override { return {}; }
    Uuid random() override { return *Uuid::parse(id_text); }
};

}  // namespace

TEST_CASE("a fifo message's head ends, unclosed, after its group") {
    CHECK(message_head(make_message("chat:c"), R"("text":"hi","n":1)") ==
          R"({"text":"hi","n":1,"chatId":"c","userId":"u1","messageId":")" + id_text +
              R"(","messageType":"fifo","targetChannel":"WebSocket","publishTimestamp":"2026-01-31T12:00:00.000Z")" +
              R"(,"messageGroupId":"g")");
}

TEST_CASE("a head has no group if standard, two fields for other classes, and no comma without a payload") {
    Message message = make_message("org:o");
    message.type = MessageType::standard;
    message.group_id.clear();
    CHECK(message_head(message, "") == R"({"targetClass":"org","targetId":"o","userId":"u1","messageId":")" + id_text +
                                           R"(","messageType":"standard","targetChannel":"WebSocket")" +
                                           R"(,"publishTimestamp":"2026-01-31T12:00:00.000Z")");
}

TEST_CASE("strings in the server's own fields are escaped") {
    Message message = make_message("chat:a\"b\\c/é");
    message.sender = UserId("u\"");
    message.group_id = std::string("\b\f\n\r\t\x01\x1F\x7F\0<", 10);
    const std::string head = message_head(message, "");
    CHECK_THAT(head, Catch::Contains(R"("chatId":"a\"b\\c/é")"));
    CHECK_THAT(head, Catch::Contains(R"("userId":"u\"")"));
    CHECK_THAT(head, Catch::Contains("\"messageGroupId\":\"\\b\\f\\n\\r\\t\\u0001\\u001f\x7F\\u0000<\""));
}

TEST_CASE("a character is escaped anywhere in a string") {
    constexpr std::size_t length = 19;
    for (std::size_t place = 0; place < length; ++place) {
        for (int code = 0; code < 0x80; ++code) {
            const auto character = static_cast<char>(code);
            std::string text(length, 'a');
            text[place] = character;
            Message message = make_message("chat:c");
            message.group_id = text;
            const std::string head = message_head(message, "");
            CAPTURE(place, code);
            const bool is_plain = code >= 0x20 && character != '"' && character != '\\';
            REQUIRE((head.find("\"" + text + "\"") != std::string::npos) == is_plain);
            if (is_plain) continue;
            const std::string before = std::string("\"").append(place, 'a') + '\\';
            REQUIRE(head.find(before) != std::string::npos);
            REQUIRE(head.ends_with(std::string(length - 1 - place, 'a') + "\""));
        }
    }
}

TEST_CASE("bytes that are not UTF-8 never leave the server") {
    Message message = make_message("chat:c");
    message.sender = UserId("a\xFF\"\xC3z");
    CHECK_THAT(message_head(message, ""), Catch::Contains("\"userId\":\"a\xEF\xBF\xBD\\\"\xEF\xBF\xBDz\""));
}

TEST_CASE("a delivered frame closes the head") {
    auto message = std::make_shared<Message>(make_message("chat:c"));
    message->head = R"({"chatId":"c")";
    CHECK(frame_text(delivered_alone({message, 42}, noon + 5, 0)) ==
          R"({"chatId":"c","processorTimestamp":"2026-01-31T12:00:00.005Z","sequenceNumber":42,"retryCount":0})");
    CHECK(frame_text(delivered_alone({message, 0}, noon, 3)) ==
          R"({"chatId":"c","processorTimestamp":"2026-01-31T12:00:00.000Z","retryCount":3})");
    CHECK_THAT(frame_text(delivered_alone({message, 18'446'744'073'709'551'615U}, noon, 4'294'967'295U)),
               Catch::EndsWith(R"("sequenceNumber":18446744073709551615,"retryCount":4294967295})"));
}

TEST_CASE("delivered messages follow each other, each with its own number") {
    auto first = std::make_shared<Message>(make_message("chat:c"));
    first->head = R"({"n":1)";
    auto second = std::make_shared<Message>(make_message("chat:c"));
    second->head = R"({"x":")" + std::string(70'000, 'x') + '"';
    const std::vector<Delivery> run{{first, 9}, {second, 10}, {first, 0}};
    const auto texts = testing::frame_texts(delivered_frames(run, noon, 0));
    REQUIRE(texts.size() == 3);
    CHECK(texts[0] == R"({"n":1,"processorTimestamp":"2026-01-31T12:00:00.000Z","sequenceNumber":9,"retryCount":0})");
    CHECK_THAT(texts[1], Catch::EndsWith(R"("sequenceNumber":10,"retryCount":0})"));
    CHECK(texts[2] == R"({"n":1,"processorTimestamp":"2026-01-31T12:00:00.000Z","retryCount":0})");
}

TEST_CASE("delivered frames of every length are complete") {
    for (const std::size_t bytes : {10UL, 200UL, 70'000UL}) {
        auto message = std::make_shared<Message>(make_message("chat:c"));
        message->head = message_head(*message, "\"x\":\"" + std::string(bytes, 'x') + "\"");
        const std::string text = frame_text(delivered_alone({message, 1}, noon, 0));
        CHECK_THAT(text, Catch::StartsWith("{\"x\":\"x"));
        CHECK_THAT(text, Catch::EndsWith("\"retryCount\":0}"));
    }
}

TEST_CASE("a parsed payload comes out unchanged, and cannot pass for the server's own members") {
    const auto request = parse_publish_body(
        R"({"targetChannel":"WebSocket","payload":{"chatId":"c","userId":"forged","type":"connected",
            "k":[1,{"a":"b"}]}})",
        JsonLimits{});
    REQUIRE(request.has_value());
    auto message = std::make_shared<Message>(make_message("chat:c"));
    message->head = message_head(*message, request->payload_fields);
    const std::string text = frame_text(delivered_alone({message, 1}, noon, 0));
    CHECK_THAT(text, Catch::StartsWith(R"({"k":[1,{"a":"b"}],"chatId":"c","userId":"u1")"));
    CHECK_THAT(text, !Catch::Contains("forged"));
    CHECK_THAT(text, !Catch::Contains("connected"));
}

TEST_CASE("the reply to a send") {
    const std::string start = R"({"type":"receipt","message":"Message sent successfully via WebSocket!")"
                              R"(,"messageId":")" +
                              id_text +
                              R"(","messageType":"fifo","targetChannel":"WebSocket","messageGroupId":"chat:c")";
    const std::string time = R"(,"timestamp":"2026-01-31T12:00:00.000Z")";
    Receipt receipt = make_receipt();
    CHECK(frame_text(send_answer(receipt, request_id)) ==
          start + R"(,"sequenceNumber":42)" + time + R"(,"requestId":"r-1"})");
    receipt.sequence = 0;
    CHECK(frame_text(send_answer(receipt, std::nullopt)) == start + time + "}");
    receipt.duplicate = true;
    CHECK(frame_text(send_answer(receipt, request_id)) == start + time + R"(,"duplicate":true,"requestId":"r-1"})");
}

TEST_CASE("the reply to a standard send has neither group nor number") {
    const Receipt receipt{MessageId(*Uuid::parse(id_text)), MessageType::standard, "Email", "", 0, noon};
    CHECK(frame_text(send_answer(receipt, RawJson{"7"})) ==
          R"({"type":"receipt","message":"Message sent successfully via WebSocket!","messageId":")" + id_text +
              R"(","messageType":"standard","targetChannel":"Email","timestamp":"2026-01-31T12:00:00.000Z")" +
              R"(,"requestId":7})");
}

TEST_CASE("the reply to a refused send has an error, a code and a status") {
    CHECK(frame_text(send_error({Errc::rate_limited, "Too \"many\""}, std::nullopt)) ==
          R"({"type":"error","error":"Too \"many\"","code":"rate_limited","statusCode":429,"retryAfterMs":1000})");
    CHECK(frame_text(send_error({Errc::invalid_json, "No"}, request_id)) ==
          R"({"type":"error","error":"No","code":"invalid_json","statusCode":400,"requestId":"r-1"})");
    const std::vector<TopicName> authorized{topic("chat:a"), topic("org:o")};
    CHECK(frame_text(send_forbidden({Errc::forbidden, "No"}, request_id, authorized)) ==
          R"({"type":"error","error":"No","code":"forbidden","statusCode":403,"requestId":"r-1")"
          R"(,"authorizedChatIds":["a"]})");
    CHECK(frame_text(send_forbidden({Errc::forbidden, "No"}, std::nullopt, {})) ==
          R"({"type":"error","error":"No","code":"forbidden","statusCode":403,"authorizedChatIds":[]})");
}

TEST_CASE("an ack reports success or an error") {
    Receipt receipt = make_receipt();
    const std::string start = R"({"type":"ack","ackId":"r-1","status":"success","messageId":")" + id_text +
                              R"(","snsMessageId":")" + id_text +
                              R"(","messageType":"fifo","timestamp":"2026-01-31T12:00:00.000Z","sequenceNumber":)";
    CHECK(frame_text(ack_success(receipt, request_id)) == start + "42}");
    receipt.sequence = 0;
    CHECK(frame_text(ack_success(receipt, request_id)) == start + "null}");
    receipt.duplicate = true;
    CHECK(frame_text(ack_success(receipt, request_id)) == start + "null,\"duplicate\":true}");
    CHECK(frame_text(ack_error({Errc::unavailable, "Later"}, request_id)) ==
          R"({"type":"ack","ackId":"r-1","status":"error","error":"Later","code":"unavailable"})");
}

TEST_CASE("the connected frame introduces the server") {
    const std::vector<TopicName> topics{topic("user:u"), topic("chat:c")};
    const std::vector<Sequence> positions{0, 42};
    Connected connected{ConnectionId(*Uuid::parse(id_text)),
                        UserId("u"),
                        topics,
                        positions,
                        std::nullopt,
                        "epoch-1",
                        Milliseconds{30'000},
                        noon};
    const std::string begin = R"({"type":"connected","connectionId":")" + id_text +
                              R"(","userId":"u","topics":["user:u","chat:c"],"positions":{"user:u":0,"chat:c":42})";
    const std::string end = R"(,"epoch":"epoch-1","heartbeatSeconds":30,"serverTime":1769860800000})";
    CHECK(frame_text(connected_frame(connected)) == begin + end);
    const std::vector<TopicName> refused{topic("chat:x")};
    connected.refused = refused;
    CHECK(frame_text(connected_frame(connected)) == begin + R"(,"refused":["chat:x"])" + end);
}

TEST_CASE("an envelope has the client's id, or a new one") {
    FixedIds ids;
    CHECK(envelope_id(RawJson{"\"mine\""}, ids).text == "\"mine\"");
    CHECK(envelope_id(std::nullopt, ids).text == "\"" + id_text + "\"");
}

TEST_CASE("the server's envelopes") {
    const auto envelope = [](const std::string& type, const std::string& payload) {
        return R"({"id":"r-1","type":")" + type + R"(","timestamp":1769860800000,"payload":)" + payload + "}";
    };
    const std::vector<std::string> channels{"social"};
    const std::vector<TopicName> topics{topic("user:u"), topic("chat:c")};
    CHECK(frame_text(pong(request_id, noon)) == envelope("pong", "{}"));
    const std::vector<Sequence> positions{0, 42};
    CHECK(frame_text(subscribed(request_id, noon, {channels, topics, positions})) ==
          envelope("subscribed",
                   R"({"channels":["social"],"topics":["user:u","chat:c"],"positions":{"user:u":0,"chat:c":42}})"));
    CHECK(frame_text(unsubscribed(request_id, noon, {{}, {}, {}})) ==
          envelope("unsubscribed", R"({"channels":[],"topics":[],"positions":{}})"));
    CHECK(frame_text(envelope_error(request_id, noon, rate_limited("Slower", Milliseconds(120)))) ==
          envelope("error", R"({"code":"rate_limited","message":"Slower","retryAfterMs":120})"));
    CHECK(frame_text(granted(request_id, noon, topic("chat:c"), Role::member)) ==
          envelope("granted", R"({"topic":"chat:c","role":"member"})"));
    CHECK(frame_text(auth_refreshed(request_id, noon, noon + 1)) ==
          envelope("auth:refreshed", R"({"expiresAt":1769860800001})"));
    CHECK(frame_text(revoked(request_id, noon, topics)) == envelope("revoked", R"({"topics":["user:u","chat:c"]})"));
}

}  // namespace notifyd::wire
