#include "notifyd/wire/client_frames.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <utility>
#include <vector>

namespace notifyd::wire {

namespace {

ClientFrame parse(const std::string& text) {
    return parse_client_frame(text, JsonLimits{});
}

template <class Frame>
Frame parse_as(const std::string& text) {
    CAPTURE(text);
    const ClientFrame frame = parse(text);
    REQUIRE(std::holds_alternative<Frame>(frame));
    return std::get<Frame>(frame);
}

const std::string message = R"("targetChannel":"WebSocket","payload":{"chatId":"c","text":"hi"})";

std::string send_with(const std::string& members) {
    return "{\"action\":\"sendMessage\"," + members + (members.empty() ? "" : ",") + message + "}";
}

std::string text_of(const std::optional<RawJson>& id) {
    return id ? id->text : "none";
}

}  // namespace

TEST_CASE("a sendMessage is a publish with options") {
    const auto plain = parse_as<SendMessage>("{\"action\":\"sendMessage\"," + message + "}");
    CHECK(plain.request.topic.text() == "chat:c");
    CHECK(plain.request.payload_fields == R"("text":"hi")");
    CHECK_FALSE(plain.request_id);
    CHECK_FALSE(plain.ack_id);
    CHECK(plain.echo == Echo::on);
    CHECK(plain.reply == Reply::on);

    const auto full = parse_as<SendMessage>(send_with(
        R"("requestId":"r\u0041","requestAck":true,"ackId":7,"echo":false,"reply":false,"messageType":"fifo")"));
    CHECK(text_of(full.request_id) == R"("r\u0041")");
    CHECK(text_of(full.ack_id) == "7");
    CHECK(full.echo == Echo::off);
    CHECK(full.reply == Reply::off);
    CHECK(full.request.type == MessageType::fifo);
}

TEST_CASE("which frames are sends") {
    CHECK(std::holds_alternative<SendMessage>(parse("{" + message + "}")));
    CHECK(std::holds_alternative<SendMessage>(parse(send_with(R"("type":"ping")"))));
    CHECK(std::holds_alternative<SendMessage>(parse(R"({"\u0061ction":"sendMessag\u0065",)" + message + "}")));
    // With a type, it is an envelope, whatever else it contains.
    CHECK(std::holds_alternative<Envelope>(parse(R"({"type":"chat",)" + message + "}")));
}

TEST_CASE("an ack id is ignored if no ack is requested") {
    CHECK_FALSE(parse_as<SendMessage>(send_with(R"("ackId":"a")")).ack_id);
    CHECK_FALSE(parse_as<SendMessage>(send_with(R"("ackId":{},"requestAck":false)")).ack_id);
}

TEST_CASE("the reply to a malformed send repeats the ids that could be read") {
    struct Row {
        std::string text;
        std::string message;
        std::string request_id = "none";
        std::string ack_id = "none";
    };
    const std::string missing = "Missing required parameters: targetChannel and payload are required";
    const std::string neither = "A message needs an action such as \"sendMessage\", or a type such as \"subscribe\"";
    const std::string bad_request_id = "requestId must be a string or a number of at most 256 bytes";
    const std::string bad_ack_id = "ackId must be a string or a number of at most 256 bytes";
    const std::vector<Row> table{
        {R"({"action":"sendMessage"})", missing},
        {R"({"action":"sendMessage","requestId":"r","requestAck":true,"ackId":"a"})", missing, "\"r\"", "\"a\""},
        {R"({"action":"sendMessage","requestId":1.5,"payload":{}})", missing, "1.5"},
        {R"({"targetChannel":"WebSocket","requestId":"r"})", missing, "\"r\""},
        {send_with(R"("requestId":{"a":1},"requestAck":true,"ackId":"a")"), bad_request_id, "none", "\"a\""},
        {send_with("\"requestId\":\"" + std::string(255, 'r') + "\""), bad_request_id},
        {send_with(R"("requestAck":true,"requestId":"r")"), "requestAck needs an ackId", "\"r\""},
        {send_with(R"("requestAck":true,"ackId":false)"), bad_ack_id},
        {send_with(R"("requestAck":"true","ackId":"a")"), "requestAck must be true or false"},
        {send_with(R"("echo":0,"requestId":"r")"), "echo must be true or false", "\"r\""},
        {send_with(R"("reply":"no")"), "reply must be true or false"},
        {R"({"action":"publish","requestId":"r"})", "Unknown action. Must be \"sendMessage\"", "\"r\""},
        {R"({"action":null})", neither},
        {send_with(R"("request_id":"r")"), "Unknown name \"request_id\": did you mean \"requestId\"?"},
        {send_with(R"("requestId":"r","requestACK":true)"),
         "Unknown name \"requestACK\": did you mean \"requestAck\"?",
         "\"r\""},
        {R"({"action":"subscribe","type":"ping"})", "Unknown action. Must be \"sendMessage\""},
        {"{}", neither},
        {R"({"payload":{"chatId":"c"},"requestId":"r"})", neither, "\"r\""},
        {"[]", "A message must be a JSON object"},
        {"\"hello\"", "A message must be a JSON object"},
        {"17", "A message must be a JSON object"},
    };
    for (const Row& row : table) {
        const auto frame = parse_as<MalformedSend>(row.text);
        CHECK(frame.error.code == Errc::invalid_request);
        CHECK(frame.error.message == row.message);
        CHECK(text_of(frame.request_id) == row.request_id);
        CHECK(text_of(frame.ack_id) == row.ack_id);
    }
}

TEST_CASE("a request id may have 256 bytes including its quotes") {
    CHECK(parse_as<SendMessage>(send_with("\"requestId\":\"" + std::string(254, 'r') + "\"")).request_id);
}

TEST_CASE("a frame that is not JSON says so") {
    const std::vector<std::pair<std::string, std::string>> table{
        {"", "Message is not valid JSON"},
        {"hello", "Message is not valid JSON"},
        {R"({"action":"sendMessage")", "Message is not valid JSON"},
        {"{\"type\":\"\xFF\"}", "Message is not valid JSON"},
        {R"({"type":"ping","type":"ping"})", "Message is not valid JSON: an object has a duplicate key"},
        {std::string(33, '[') + std::string(33, ']'), "Message is not valid JSON: it is nested too deeply"},
    };
    for (const auto& [text, message] : table) {
        const auto frame = parse_as<MalformedSend>(text);
        CHECK(frame.error.code == Errc::invalid_json);
        CHECK(frame.error.message == message);
    }
}

TEST_CASE("an envelope has an id, a type and a payload, which is left to its reader") {
    struct Row {
        std::string text;
        std::string type;
        std::string id = "none";
        std::string payload = "";
    };
    const std::vector<Row> table{
        {R"({"type":"ping"})", "ping"},
        {R"({"id":"x-1","type":"ping","timestamp":1,"payload":{}})", "ping", "\"x-1\"", "{}"},
        {R"({"id":42,"type":"ping","payload":null})", "ping", "42"},
        {R"({"id":"i","type":"PING"})", "PING", "\"i\""},
        {R"({"type":"p\u0069ng","payload":[1]})", "ping", "none", "[1]"},
        {R"({"type":"","payload": {"topics":["chat:a"]} })", "", "none", R"({"topics":["chat:a"]})"},
    };
    for (const Row& row : table) {
        CAPTURE(row.text);
        const auto envelope = parse_as<Envelope>(row.text);
        CHECK(envelope.type == row.type);
        CHECK(text_of(envelope.id) == row.id);
        CHECK(envelope.payload == row.payload);
    }
}

TEST_CASE("the reply to a malformed envelope repeats its id and says what is wrong") {
    const std::vector<std::pair<std::string, std::string>> table{
        {R"("type":7)", "type must be a string"},
        {R"("type":"subscribe","Payload":{})", "Unknown name \"Payload\": did you mean \"payload\"?"},
    };
    for (const auto& [members, message] : table) {
        const auto frame = parse_as<MalformedEnvelope>("{\"id\":\"i\"," + members + "}");
        CHECK(frame.error.code == Errc::invalid_request);
        CHECK(frame.error.message == message);
        CHECK(text_of(frame.id) == "\"i\"");
    }
}

TEST_CASE("a name that merely resembles one of ours is not a mistake") {
    for (const std::string other : {"_id", "i_d", "ack", "hello", "rid", "deply", "scho"}) {
        CAPTURE(other);
        CHECK(text_of(parse_as<Envelope>("{\"type\":\"ping\",\"id\":\"i\",\"" + other + "\":1}").id) == "\"i\"");
    }
    const std::vector<std::pair<std::string, std::string>> near{
        {"ID", "id"}, {"ack_id", "ackId"}, {"request_ack", "requestAck"}, {"repyl", "reply"}, {"paylod", "payload"}};
    for (const auto& [written, meant] : near) {
        CAPTURE(written);
        const auto frame = parse_as<MalformedEnvelope>("{\"type\":\"ping\",\"" + written + "\":1}");
        CHECK(frame.error.message == "Unknown name \"" + written + "\": did you mean \"" + meant + "\"?");
    }
}

TEST_CASE("in a frame, too, null counts as absent") {
    CHECK_FALSE(
        parse_as<SendMessage>(send_with(R"("requestId":null,"requestAck":null,"ackId":null,"echo":null)")).request_id);
    CHECK_FALSE(parse_as<Envelope>(R"({"type":"ping","id":null,"action":null})").id);
}

TEST_CASE("an envelope id that cannot be echoed is an error") {
    for (const std::string id : {"{}", "[1]", "true"}) {
        const auto frame = parse_as<MalformedEnvelope>("{\"type\":\"ping\",\"id\":" + id + "}");
        CHECK(frame.error.message == "id must be a string or a number of at most 256 bytes");
        CHECK_FALSE(frame.id);
    }
}

}  // namespace notifyd::wire
