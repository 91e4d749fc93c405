#include "notifyd/wire/api_replies.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

namespace notifyd::wire {

namespace {

constexpr EpochMs noon = 1'769'860'800'000;
const std::string noon_text = "\"2026-01-31T12:00:00.000Z\"";
const std::string id_text = "0190163d-8694-739b-aea5-966c26f8ad91";

TopicName topic(const std::string& text) {
    return *TopicName::parse(text);
}

Receipt fifo_receipt() {
    return {MessageId(*Uuid::parse(id_text)), MessageType::fifo, "WebSocket", "g", 42, noon};
}

const std::string fifo_reply = R"({"message":"Message sent successfully!","messageId":")" + id_text +
                               R"(","messageType":"fifo","targetChannel":"WebSocket","messageGroupId":"g")" +
                               R"(,"sequenceNumber":42,"timestamp":)" + noon_text + "}";

Permission permission(const std::string& topic_text) {
    return {UserId("u"), topic(topic_text), Role::admin, noon, UserId("boss")};
}

const std::string chat_permission =
    R"({"userId":"u","chatId":"c","role":"admin","grantedAt":)" + noon_text + R"(,"grantedBy":"boss"})";

}  // namespace

TEST_CASE("an error body names its request") {
    CHECK(error_body({Errc::not_found, "No such path"}, "req-1") ==
          R"({"error":"No such path","code":"not_found","correlationId":"req-1"})");
    CHECK(error_body({Errc::internal, "Sorry"}, "\"\xFF") ==
          "{\"error\":\"Sorry\",\"code\":\"internal\",\"correlationId\":\"\\\"\xEF\xBF\xBD\"}");
}

TEST_CASE("a publish is answered with its receipt") {
    CHECK(publish_reply(fifo_receipt()) == fifo_reply);
    const Receipt standard{MessageId(*Uuid::parse(id_text)), MessageType::standard, "WebSocket", "", 0, noon};
    CHECK(publish_reply(standard) == R"({"message":"Message sent successfully!","messageId":")" + id_text +
                                         R"(","messageType":"standard","targetChannel":"WebSocket","timestamp":)" +
                                         noon_text + "}");
}

TEST_CASE("a repeat is answered as one") {
    Receipt receipt = fifo_receipt();
    receipt.duplicate = true;
    const std::string reply = fifo_reply.substr(0, fifo_reply.size() - 1) + ",\"duplicate\":true}";
    CHECK(publish_reply(receipt) == reply);
    CHECK(batch_reply(std::vector<Result<Receipt>>{receipt}) ==
          "{\"results\":[" + reply + R"(],"accepted":1,"failed":0})");
}

TEST_CASE("a batch is answered in its order, with counts") {
    const std::vector<Result<Receipt>> results{
        fifo_receipt(), Error{Errc::forbidden, "No"}, Error{Errc::payload_too_large, "Big"}};
    CHECK(batch_reply(results) ==
          "{\"results\":[" + fifo_reply + R"(,{"error":"No","code":"forbidden","status":403})" +
              R"(,{"error":"Big","code":"payload_too_large","status":413}],"accepted":1,"failed":2})");
}

TEST_CASE("a grant is answered with its row") {
    CHECK(permission_reply(permission("chat:c")) ==
          R"({"message":"Permission granted successfully","permission":)" + chat_permission + "}");
    CHECK_THAT(permission_reply(permission("hub:h")), Catch::Contains(R"("targetClass":"hub","targetId":"h")"));
    CHECK(revoke_reply() == R"({"message":"Permission revoked successfully"})");
}

TEST_CASE("a page of permissions names what was asked for") {
    const std::vector<Permission> rows{permission("chat:c"), permission("chat:c")};
    CHECK(permissions_page(UserId("u"), rows, "key") == R"({"userId":"u","permissions":[)" + chat_permission + "," +
                                                            chat_permission +
                                                            R"(],"count":2,"scannedCount":2,"nextStartKey":"key"})");
    CHECK(permissions_page(topic("chat:c"), {}, std::nullopt) ==
          R"({"chatId":"c","permissions":[],"count":0,"scannedCount":0})");
    CHECK_THAT(permissions_page(topic("org:o"), {}, std::nullopt),
               Catch::StartsWith(R"({"targetClass":"org","targetId":"o","permissions")"));
}

TEST_CASE("a page of messages has each as it was delivered, with history's own fields") {
    Page page;
    page.messages.push_back({{42, 7}, {}, {}, 42, noon, "WebSocket", R"({"a":1,"chatId":"c")"});
    page.messages.push_back({{42, 8}, {}, {}, 0, noon + 1'999, "Email", R"({"b":2,"chatId":"c")"});
    CHECK(messages_page(topic("chat:c"), page, "key", "epoch-1", Milliseconds{1'000}) ==
          R"({"chatId":"c","messages":[{"a":1,"chatId":"c","sequenceNumber":42,"timestamp":)" + noon_text +
              R"(,"ttl":1769860801},{"b":2,"chatId":"c","timestamp":"2026-01-31T12:00:01.999Z","ttl":1769860802)" +
              R"(,"channel":"Email"}],"count":2,"scannedCount":2,"epoch":"epoch-1")" +
              R"(,"nextStartKey":"key","nextToken":"key"})");
}

TEST_CASE("messages that are kept for ever have no ttl, a last page no key") {
    Page page;
    page.messages.push_back({{1, 1}, {}, {}, 1, noon, "WebSocket", "{\"a\":1"});
    CHECK(messages_page(topic("user:u"), page, std::nullopt, "e", Milliseconds{0}) ==
          R"({"targetClass":"user","targetId":"u","messages":[{"a":1,"sequenceNumber":1,"timestamp":)" + noon_text +
              R"(}],"count":1,"scannedCount":1,"epoch":"e"})");
    CHECK(messages_page(topic("chat:c"), Page{}, std::nullopt, "e", Milliseconds{0}) ==
          R"({"chatId":"c","messages":[],"count":0,"scannedCount":0,"epoch":"e"})");
}

TEST_CASE("bodies of the operations") {
    CHECK(health_body() == R"({"status":"ok"})");
    CHECK(ready_body() == R"({"status":"ready"})");
    CHECK(version_body("0.1.0") == R"({"name":"notifyd","version":"0.1.0"})");
}

}  // namespace notifyd::wire
