#include "notifyd/wire/publish.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

namespace notifyd::wire {

namespace {

constexpr EpochMs noon = 1'769'860'800'000;
const std::string noon_text = "\"2026-01-31T12:00:00.000Z\"";
const std::string id_text = "0190163d-8694-739b-aea5-966c26f8ad91";

Receipt fifo_receipt() {
    return {MessageId(*Uuid::parse(id_text)), MessageType::fifo, "WebSocket", "g", 42, noon};
}

const std::string fifo_reply = R"({"message":"Message sent successfully!","messageId":")" + id_text +
                               R"(","messageType":"fifo","targetChannel":"WebSocket","messageGroupId":"g")" +
                               R"(,"sequenceNumber":42,"timestamp":)" + noon_text + "}";

}  // namespace

TEST_CASE("the reply to a publish is its receipt") {
    CHECK(publish_reply(fifo_receipt()) == fifo_reply);
    const Receipt standard{MessageId(*Uuid::parse(id_text)), MessageType::standard, "WebSocket", "", 0, noon};
    CHECK(publish_reply(standard) == R"({"message":"Message sent successfully!","messageId":")" + id_text +
                                         R"(","messageType":"standard","targetChannel":"WebSocket","timestamp":)" +
                                         noon_text + "}");
}

TEST_CASE("the reply to a repeat says so") {
    Receipt receipt = fifo_receipt();
    receipt.duplicate = true;
    const std::string reply = fifo_reply.substr(0, fifo_reply.size() - 1) + ",\"duplicate\":true}";
    CHECK(publish_reply(receipt) == reply);
    CHECK(batch_reply(std::vector<Result<Receipt>>{receipt}) ==
          "{\"results\":[" + reply + R"(],"accepted":1,"failed":0})");
}

TEST_CASE("the reply to a batch keeps its order, with counts") {
    const std::vector<Result<Receipt>> results{
        fifo_receipt(), Error{Errc::forbidden, "No"}, Error{Errc::payload_too_large, "Big"}};
    CHECK(batch_reply(results) ==
          "{\"results\":[" + fifo_reply + R"(,{"error":"No","code":"forbidden","status":403})" +
              R"(,{"error":"Big","code":"payload_too_large","status":413}],"accepted":1,"failed":2})");
}

}  // namespace notifyd::wire
