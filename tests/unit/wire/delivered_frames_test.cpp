// Messages as subscribers receive them, and the messages in a block that was only partly sent.
#include "notifyd/wire/delivered_frames.hpp"

#include "notifyd/wire/server_frames.hpp"
#include "notifyd/wire/websocket_frame.hpp"

#include "support/frame_text.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <memory>
#include <span>
#include <string>
#include <vector>

using namespace notifyd;
using namespace notifyd::wire;

namespace {

constexpr EpochMs noon = 1'769'860'800'000;

MessageId message_id(std::uint8_t number) {
    Uuid id;
    id.bytes.back() = number;
    return MessageId(id);
}

StoredMessage stored(std::uint8_t number, MessageType type, Sequence sequence, std::string topic = "chat:c") {
    Message message{.id = message_id(number),
                    .topic = *TopicName::parse(topic),
                    .type = type,
                    .numbering = Numbering::none,
                    .sender = UserId("u"),
                    .group_id = topic,
                    .published_at = noon,
                    .skip = std::nullopt,
                    .head = {}};
    // The payload must not be mistaken for the server's own members.
    message.head = message_head(message, R"("content":{"messageId":"x","processorTimestamp":1})");
    return {.at = {},
            .id = message.id,
            .type = type,
            .sequence = sequence,
            .published_at = noon,
            .target_channel = "WebSocket",
            .head = message.head};
}

std::vector<UnsentMessage> unsent(std::string_view block, std::size_t sent) {
    std::vector<UnsentMessage> messages;
    visit_unsent(block, sent, [&](const UnsentMessage& message) { messages.push_back(message); });
    return messages;
}

}  // namespace

TEST_CASE("a stored message is delivered like a live one") {
    const std::array<StoredMessage, 1> messages{stored(1, MessageType::fifo, 7)};
    const std::string text = testing::frame_text(delivered_frames(std::span<const StoredMessage>(messages), noon, 0));
    CHECK_THAT(
        text,
        Catch::EndsWith(R"(,"processorTimestamp":"2026-01-31T12:00:00.000Z","sequenceNumber":7,"retryCount":0})"));
    CHECK_THAT(text, Catch::StartsWith(R"({"content":)"));
}

TEST_CASE("a transient message says so, and is owed to nobody once it is in a block") {
    Message message{.id = message_id(1),
                    .topic = *TopicName::parse("chat:c"),
                    .lifetime = Lifetime::transient,
                    .sender = UserId("u"),
                    .group_id = {},
                    .skip = std::nullopt,
                    .head = {}};
    message.head = message_head(message, R"("content":"typing")");
    const Delivery delivery{std::make_shared<const Message>(message)};
    const FramePtr block = delivered_frames(std::span(&delivery, 1), noon, 0);
    CHECK_THAT(testing::frame_text(block), Catch::Contains(R"(,"transient":true,"processorTimestamp":)"));
    CHECK(unsent(block->view(), 0).empty());
}

TEST_CASE("the messages of a block are read back, from the first one that was not sent completely") {
    const std::array<StoredMessage, 3> messages{stored(1, MessageType::fifo, 7),
                                                stored(2, MessageType::standard, 0, "org:acme"),
                                                stored(3, MessageType::fifo, 0)};
    const FramePtr block = delivered_frames(std::span<const StoredMessage>(messages), noon, 0);
    const auto all = unsent(block->view(), 0);
    REQUIRE(all.size() == 3);
    CHECK(all[0].id == message_id(1));
    CHECK(all[0].type == MessageType::fifo);
    CHECK(all[0].sequence == 7);
    CHECK(all[0].head == messages[0].head);
    CHECK(all[1].topic.text() == "org:acme");
    CHECK(all[1].type == MessageType::standard);
    CHECK(all[1].sequence == 0);

    const std::size_t first = delivered_frames(std::span<const StoredMessage>(messages).first(1), noon, 0)->size();
    CHECK(unsent(block->view(), 1).size() == 3);
    CHECK(unsent(block->view(), first - 1).size() == 3);
    CHECK(unsent(block->view(), first).size() == 2);
    CHECK(unsent(block->view(), block->size()).empty());
}

TEST_CASE("replies and bytes that are not frames are skipped") {
    const Receipt receipt{.id = message_id(1),
                          .type = MessageType::fifo,
                          .target_channel = "WebSocket",
                          .group_id = "g",
                          .sequence = 1,
                          .timestamp = noon};
    CHECK(unsent(send_answer(receipt, std::nullopt)->view(), 0).empty());
    CHECK(unsent(ack_success(receipt, RawJson{"1"})->view(), 0).empty());
    CHECK(unsent("HTTP/1.1 101 Switching Protocols\r\n\r\n", 0).empty());
    CHECK(unsent("", 0).empty());
    CHECK(unsent(std::string("\x81", 1), 0).empty());
    CHECK(unsent(std::string("\x81\x7e\x01", 3), 0).empty());
    CHECK(unsent(std::string("\x81\x05{}", 4), 0).empty());
    CHECK(unsent(make_websocket_frame(Opcode::ping, {})->view(), 0).empty());
}
