#include "notifyd/wire/publish.hpp"

#include "support/error_message.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <utility>
#include <vector>

namespace notifyd::wire {

namespace {

using testing::error_message;

constexpr JsonLimits limits{};

const std::string missing_parameters = "Missing required parameters: targetChannel and payload are required";
const std::string missing_topic =
    "Missing required parameter: payload.chatId or payload.targetId with payload.targetClass";
const std::string bad_type = "Invalid messageType. Must be \"fifo\" or \"standard\"";

Result<PublishRequest> parse(const std::string& text) {
    return parse_publish_body(text, limits);
}

// A valid body with additional members in front, and in its payload.
Result<PublishRequest> parse_with(const std::string& members, const std::string& payload_members) {
    return parse("{" + members + R"("targetChannel":"WebSocket","payload":{"chatId":"c")" + payload_members + "}}");
}

std::string times(std::size_t count, const std::string& text) {
    std::string all;
    for (std::size_t i = 0; i < count; ++i) all += text;
    return all;
}

}  // namespace

TEST_CASE("the specification's example is accepted") {
    const auto request = parse(
        R"({"targetChannel": "WebSocket", "messageType": "fifo", "messageGroupId": "g",
            "messageDeduplicationId": "d", "generateSequence": true,
            "payload": {"chatId": "chat-abc123", "eventType": "notification",
                        "content": {"a":[1, 2]}, "more": null}})");
    REQUIRE(request.has_value());
    CHECK(request->target_channel == "WebSocket");
    CHECK(request->type == MessageType::fifo);
    CHECK(request->topic.text() == "chat:chat-abc123");
    CHECK(request->group_id == "g");
    CHECK(request->deduplication_id == "d");
    CHECK(request->numbering == Numbering::consecutive);
    CHECK(request->payload_fields == R"("eventType":"notification","content":{"a":[1, 2]},"more":null)");
}

TEST_CASE("a message is standard and plain by default") {
    const auto request = parse_with("", "");
    REQUIRE(request.has_value());
    CHECK(request->type == MessageType::standard);
    CHECK(request->numbering == Numbering::none);
    CHECK_FALSE(request->group_id);
    CHECK_FALSE(request->deduplication_id);
    CHECK(request->payload_fields.empty());
}

TEST_CASE("the target channel and the payload are required") {
    const std::string text = GENERATE(as<std::string>{},
                                      "{}",
                                      "[]",
                                      "1",
                                      "\"text\"",
                                      "null",
                                      R"({"targetChannel":"WebSocket"})",
                                      R"({"payload":{"chatId":"c"}})",
                                      R"({"targetChannel":"","payload":{"chatId":"c"}})",
                                      R"({"targetChannel":null,"payload":{"chatId":"c"}})",
                                      R"({"targetChannel":"WebSocket","payload":null})",
                                      R"({"targetChannel":"WebSocket","chatId":"c"})",
                                      R"([{"targetChannel":"WebSocket","payload":{"chatId":"c"}}])");
    CAPTURE(text);
    CHECK(error_message(parse(text)) == missing_parameters);
}

TEST_CASE("a member of the wrong type is not reported as missing") {
    CHECK(error_message(parse(R"({"targetChannel":7,"payload":{"chatId":"c"}})")) ==
          "targetChannel must be a string such as \"WebSocket\"");
    for (const std::string bad : {"\"hello\"", "7", "true", R"([{"chatId":"c"}])"}) {
        CAPTURE(bad);
        CHECK(error_message(parse(R"({"targetChannel":"WebSocket","payload":)" + bad + "}")) ==
              R"(payload must be an object such as {"chatId": "…", "content": …})");
    }
}

TEST_CASE("null counts as absent") {
    const auto request = parse(R"({"targetChannel":"WebSocket","messageType":null,"messageGroupId":null,
        "messageDeduplicationId":null,"idempotencyKey":null,"generateSequence":null,"deliverAt":null,"transient":null,
        "payload":{"chatId":"c","targetClass":null,"targetId":null,"eventType":null,"generateSequence":null,
        "customSequence":null,"multiPartMetadata":null,"content":null}})");
    REQUIRE(request.has_value());
    CHECK(request->type == MessageType::standard);
    CHECK_FALSE(request->deduplication_id);
    // Members that pass through do so unchanged.
    CHECK(request->payload_fields ==
          R"("eventType":null,"generateSequence":null,"customSequence":null,"multiPartMetadata":null,"content":null)");
    CHECK(error_message(parse(R"({"targetChannel":"WebSocket","payload":{"chatId":null}})")) == missing_topic);
}

TEST_CASE("outside the payload, a near miss of a name is refused with the right one") {
    const std::vector<std::pair<std::string, std::string>> table{{"messageDeduplicationID", "messageDeduplicationId"},
                                                                 {"message_type", "messageType"},
                                                                 {"MESSAGETYPE", "messageType"},
                                                                 {"messageTypes", "messageType"},
                                                                 {"mesageType", "messageType"},
                                                                 {"messagetpye", "messageType"},
                                                                 {"messageGroup", "messageGroupId"},
                                                                 {"idempotency-key", "idempotencyKey"},
                                                                 {"deliverat", "deliverAt"},
                                                                 {"Payload", "payload"}};
    for (const auto& [written, meant] : table) {
        CHECK(error_message(parse_with("\"" + written + "\":1,", "")) ==
              "Unknown name \"" + written + "\": did you mean \"" + meant + "\"?");
        CHECK(error_message(parse_with("", ",\"" + written + "\":1")) == "accepted");
    }
    for (const std::string other : {"traceId", "message", "x", "", "_", "createdAt", "channel"}) {
        CAPTURE(other);
        CHECK(error_message(parse_with("\"" + other + "\":1,", "")) == "accepted");
    }
}

TEST_CASE("the message type is fifo or standard") {
    CHECK(parse_with(R"("messageType":"fifo",)", "")->type == MessageType::fifo);
    CHECK(parse_with(R"("messageType":"standard",)", "")->type == MessageType::standard);
    CHECK(parse_with(R"("messageType":"\u0066ifo",)", "")->type == MessageType::fifo);
    for (const std::string bad : {"\"FIFO\"", "\"\"", "\"express\"", "1", "true", "[\"fifo\"]", "{}"}) {
        CAPTURE(bad);
        CHECK(error_message(parse_with("\"messageType\":" + bad + ",", "")) == bad_type);
    }
}

TEST_CASE("a topic is named in exactly one of its two forms") {
    const std::string both = "Give either payload.chatId or payload.targetId with payload.targetClass, not both";
    const std::string bad_id = "An id must have 1 to 256 bytes of UTF-8 without control characters and commas";
    const std::vector<std::pair<std::string, std::string>> table{
        {R"("chatId":"abc")", "chat:abc"},
        {R"("chatId":"a:b\u00e9")", "chat:a:bé"},
        {R"("targetClass":"chat","targetId":"abc")", "chat:abc"},
        {R"("targetClass":"user","targetId":"u1")", "user:u1"},
        {R"("targetClass":"org","targetId":"o")", "org:o"},
        {R"("targetClass":"hub","targetId":"h")", "hub:h"},
        {R"("targetId":"p","targetClass":"project")", "project:p"},
        {"", missing_topic},
        {R"("targetClass":"user")", missing_topic},
        {R"("targetId":"u1")", missing_topic},
        {R"("chatId":"abc","targetClass":"user","targetId":"u1")", both},
        {R"("chatId":"abc","targetId":"u1")", both},
        {R"("chatId":"abc","targetClass":"user")", both},
        {R"("targetClass":"room","targetId":"r")", "payload.targetClass must be chat, user, org, hub or project"},
        {R"("targetClass":"Chat","targetId":"r")", "payload.targetClass must be chat, user, org, hub or project"},
        {R"("chatId":"")", bad_id},
        {R"("chatId":"a,b")", bad_id},
        {R"("chatId":"a\u0000b")", bad_id},
        {R"("chatId":"a\nb")", bad_id},
        {R"("chatId":"a\u0085b")", bad_id},
        {R"("targetClass":"user","targetId":"")", bad_id},
        {"\"chatId\":\"" + std::string(256, 'i') + "\"", "chat:" + std::string(256, 'i')},
        {"\"chatId\":\"" + std::string(257, 'i') + "\"", bad_id},
    };
    for (const auto& [members, expected] : table) {
        CAPTURE(members);
        const auto request = parse(R"({"targetChannel":"WebSocket","payload":{)" + members + "}}");
        CHECK((request.has_value() ? request->topic.text() : error_message(request)) == expected);
    }
}

TEST_CASE("the error for a topic field that is not a string says so at its end") {
    const std::string members = GENERATE(as<std::string>{},
                                         R"("chatId":7)",
                                         R"("chatId":["c"])",
                                         R"("targetClass":"user","targetId":1)",
                                         R"("targetClass":{},"targetId":"u")");
    CAPTURE(members);
    CHECK(error_message(parse(R"({"targetChannel":"WebSocket","payload":{)" + members + "}}")) ==
          missing_topic + " (as strings)");
}

TEST_CASE("reserved names are dropped from the payload, in any spelling") {
    const auto request = parse_with("", R"(,"a":1,"userId":"forged","messageId":"m","messageType":"x",
        "targetChannel":"y","publishTimestamp":1,"processorTimestamp":2,"sequenceNumber":3,"messageGroupId":"g",
        "retryCount":4,"type":"connected","timestamp":5,"ttl":6,"channel":"Email","\u0074ype":{"deep":1},
        "UserId":"kept","generateSequence":false,"b":2)");
    // "type" twice in two spellings is a duplicate key; without the second one it passes through.
    CHECK(request.has_error());
    const auto single = parse_with("", R"(,"a":1,"userId":"forged","messageId":"m","messageType":"x",
        "targetChannel":"y","publishTimestamp":1,"processorTimestamp":2,"sequenceNumber":3,"messageGroupId":"g",
        "retryCount":4,"timestamp":5,"ttl":6,"channel":"Email","\u0074ype":{"deep":1},"deleted":true,
        "deletedAt":7,"edited\u0041t":8,"UserId":"kept","generateSequence":false,"b":2)");
    REQUIRE(single.has_value());
    CHECK(single->payload_fields == R"("a":1,"UserId":"kept","generateSequence":false,"b":2)");
}

TEST_CASE("reserved names inside the payload's values are kept") {
    const auto request = parse_with("", R"(,"content":{"type":"x","userId":"u","chatId":[1]})");
    REQUIRE(request.has_value());
    CHECK(request->payload_fields == R"("content":{"type":"x","userId":"u","chatId":[1]})");
}

TEST_CASE("the payload's keys keep their spelling") {
    const auto request = parse_with("", R"(,"\u0061\"b":1,"":2,"é":3)");
    REQUIRE(request.has_value());
    CHECK(request->payload_fields == R"("\u0061\"b":1,"":2,"é":3)");
}

TEST_CASE("an event type must be a string if present") {
    CHECK(error_message(parse_with("", R"(,"eventType":"e")")) == "accepted");
    for (const std::string bad : {"1", "{}", "[]", "false"}) {
        CHECK(error_message(parse_with("", ",\"eventType\":" + bad)) == "payload.eventType must be a string");
    }
}

TEST_CASE("ids have 1 to 128 characters") {
    for (const std::string name : {"messageGroupId", "messageDeduplicationId", "idempotencyKey"}) {
        const auto parse_id = [&](const std::string& value) {
            return parse_with("\"messageType\":\"fifo\",\"" + name + "\":" + value + ",", "");
        };
        const std::string expected = name + " must be a string of 1 to 128 characters";
        CHECK(error_message(parse_id("\"g\"")) == "accepted");
        CHECK(error_message(parse_id("\"" + times(128, "é") + "\"")) == "accepted");
        CHECK(error_message(parse_id("\"" + times(128, "\\ud83d\\ude00") + "\"")) == "accepted");
        CHECK(error_message(parse_id("\"\"")) == expected);
        CHECK(error_message(parse_id("\"" + times(129, "é") + "\"")) == expected);
        CHECK(error_message(parse_id("7")) == expected);
        CHECK(error_message(parse_id("[\"g\"]")) == expected);
    }
}

TEST_CASE("a standard message ignores the members for fifo") {
    const auto request = parse_with(R"("messageGroupId":7,"generateSequence":"yes",)", R"(,"generateSequence":1)");
    REQUIRE(request.has_value());
    CHECK_FALSE(request->group_id);
    CHECK_FALSE(request->deduplication_id);
    CHECK(request->numbering == Numbering::none);
    CHECK(request->payload_fields == R"("generateSequence":1)");
}

TEST_CASE("both types are identified by their deduplication id, or else by their idempotency key") {
    for (const std::string type : {"standard", "fifo"}) {
        const auto id_of = [&](const std::string& members) {
            return parse_with("\"messageType\":\"" + type + "\"," + members, "")->deduplication_id;
        };
        CHECK(id_of("") == std::nullopt);
        CHECK(id_of(R"("idempotencyKey":null,)") == std::nullopt);
        CHECK(id_of(R"("idempotencyKey":"k",)") == "k");
        CHECK(id_of(R"("messageDeduplicationId":"d",)") == "d");
        CHECK(id_of(R"("idempotencyKey":"k","messageDeduplicationId":"d",)") == "d");
    }
}

TEST_CASE("features that this version does not support are refused") {
    const std::string late = "deliverAt is not supported by this version: publish the message when it is due";
    CHECK(error_message(parse_with(R"("deliverAt":4102444800000,)", "")) == late);
    CHECK(error_message(parse_with(R"("deliverAt":"2100-01-01T00:00:00Z",)", "")) == late);
    CHECK(error_message(parse_with(R"("deliver\u0041t":false,)", "")) == late);
    for (const std::string nothing : {R"("deliverAt":null,)", R"("transient":null,)", R"("transient":false,)"}) {
        CHECK(error_message(parse_with(nothing, "")) == "accepted");
    }
    CHECK(error_message(parse_with("", R"(,"deliverAt":1,"transient":true)")) == "accepted");
}

TEST_CASE("only a standard message may be transient") {
    CHECK(parse_with(R"("transient":true,)", "")->lifetime == Lifetime::transient);
    CHECK(parse_with(R"("messageType":"standard","transient":true,)", "")->lifetime == Lifetime::transient);
    for (const std::string kept : {"", R"("transient":false,)", R"("transient":null,)", R"("messageType":"fifo",)"}) {
        CHECK(parse_with(kept, "")->lifetime == Lifetime::kept);
    }
    CHECK(error_message(parse_with(R"("messageType":"fifo","transient":true,)", "")) ==
          "transient is for standard messages: a fifo message is always stored");
    for (const std::string bad : {"1", R"("true")", "{}"}) {
        CHECK(error_message(parse_with("\"transient\":" + bad + ",", "")) == "transient must be true or false");
    }
}

TEST_CASE("generateSequence is on for fifo, in the body or in the payload; the body wins") {
    const std::string fifo = R"("messageType":"fifo",)";
    const auto numbering = [&](const std::string& members, const std::string& payload_members) {
        const auto request = parse_with(fifo + members, payload_members);
        REQUIRE(request.has_value());
        return request->numbering;
    };
    CHECK(numbering("", "") == Numbering::consecutive);
    CHECK(numbering(R"("generateSequence":true,)", "") == Numbering::consecutive);
    CHECK(numbering(R"("generateSequence":false,)", "") == Numbering::none);
    CHECK(numbering("", R"(,"generateSequence":false)") == Numbering::none);
    CHECK(numbering(R"("generateSequence":true,)", R"(,"generateSequence":false)") == Numbering::consecutive);
    CHECK(numbering(R"("generateSequence":false,)", R"(,"generateSequence":true)") == Numbering::none);
    for (const std::string bad : {"1", "\"true\"", "{}"}) {
        const std::string expected = "generateSequence must be true or false";
        CHECK(error_message(parse_with(fifo + "\"generateSequence\":" + bad + ",", "")) == expected);
        CHECK(error_message(parse_with(fifo, ",\"generateSequence\":" + bad)) == expected);
    }
}

TEST_CASE("a custom sequence has a positive integer and a scope") {
    const std::string expected =
        "payload.customSequence must be an object with number (a positive integer) and scope (a string)";
    const auto parse_value = [&](const std::string& value) {
        return error_message(parse_with("", ",\"customSequence\":" + value));
    };
    CHECK(parse_value(R"({"number":1,"scope":"s"})") == "accepted");
    CHECK(parse_value(R"({"scope":"","number":18446744073709551615,"more":[]})") == "accepted");
    for (const std::string bad : {"1",
                                  "[]",
                                  "{}",
                                  R"({"number":1})",
                                  R"({"scope":"s"})",
                                  R"({"number":0,"scope":"s"})",
                                  R"({"number":-1,"scope":"s"})",
                                  R"({"number":1.5,"scope":"s"})",
                                  R"({"number":1e2,"scope":"s"})",
                                  R"({"number":"1","scope":"s"})",
                                  R"({"number":18446744073709551616,"scope":"s"})",
                                  R"({"number":1,"scope":2})"}) {
        CAPTURE(bad);
        CHECK(parse_value(bad) == expected);
    }
}

TEST_CASE("multi-part metadata must be consistent") {
    const std::string expected =
        "payload.multiPartMetadata must be an object with groupId (a string), totalParts and partNumber (positive "
        "integers, partNumber at most totalParts)";
    const auto parse_value = [&](const std::string& value) {
        return error_message(parse_with("", ",\"multiPartMetadata\":" + value));
    };
    CHECK(parse_value(R"({"groupId":"g","totalParts":3,"partNumber":1})") == "accepted");
    CHECK(parse_value(R"({"groupId":"g","totalParts":3,"partNumber":3})") == "accepted");
    for (const std::string bad : {"\"g\"",
                                  "{}",
                                  R"({"totalParts":3,"partNumber":1})",
                                  R"({"groupId":1,"totalParts":3,"partNumber":1})",
                                  R"({"groupId":"g","totalParts":3})",
                                  R"({"groupId":"g","partNumber":1})",
                                  R"({"groupId":"g","totalParts":3,"partNumber":4})",
                                  R"({"groupId":"g","totalParts":3,"partNumber":0})",
                                  R"({"groupId":"g","totalParts":0,"partNumber":0})",
                                  R"({"groupId":"g","totalParts":3.0,"partNumber":1})",
                                  R"({"groupId":"g","totalParts":"3","partNumber":"1"})"}) {
        CAPTURE(bad);
        CHECK(parse_value(bad) == expected);
    }
}

TEST_CASE("faults are reported in the order of the specification") {
    CHECK(error_message(parse(R"({"targetChannel":"W","messageType":"x","payload":{}})")) == bad_type);
    CHECK(error_message(parse(R"({"targetChannel":"W","messageType":"x"})")) == missing_parameters);
    CHECK(error_message(parse(R"({"targetChannel":"W","payload":{"eventType":1}})")) == missing_topic);
}

TEST_CASE("unknown members of the body are ignored") {
    CHECK(error_message(parse_with(R"("action":1,"type":[],"extra":{"payload":1},)", "")) == "accepted");
}

TEST_CASE("an Idempotency-Key has 1 to 128 characters, not counting surrounding spaces") {
    CHECK_FALSE(parse_idempotency_key(std::nullopt)->has_value());
    CHECK(parse_idempotency_key(" \t k 1\t ")->value() == "k 1");
    CHECK(parse_idempotency_key(times(128, "\xC3\xBC"))->value() == times(128, "\xC3\xBC"));
    for (const std::string& header : {std::string(), std::string(" \t "), times(129, "k"), times(129, "\xC3\xBC")}) {
        const auto key = parse_idempotency_key(header);
        REQUIRE(key.has_error());
        CHECK(key.error().code == Errc::invalid_request);
        CHECK(key.error().message == "Idempotency-Key must be 1 to 128 characters");
    }
}

}  // namespace notifyd::wire
