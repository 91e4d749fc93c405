// Whose receipt contains the message's number: those who may receive the topic, and services (docs/protocol.md).
// Observed to fail: strangers' receipts contained it, too.
#include "support/publisher_fixture.hpp"

#include <catch2/catch.hpp>

using namespace notifyd;

namespace {

struct Lanes final : ports::StandardQueue {
    void push(MessagePtr) override {}
    [[nodiscard]] bool has_room() const override { return true; }
};

// Gives every message number 7, or reports an earlier message that has it.
struct Log final : ports::MessageLog {
    void append(MessagePtr message, ports::AppendDone done) override {
        ports::Appended appended{.sequence = message->numbering == Numbering::consecutive ? Sequence{7} : Sequence{0}};
        if (repeats) appended.duplicate_of = ports::Appended::First{MessageId(), 1};
        done(std::move(appended));
    }
    [[nodiscard]] bool has_room(std::size_t) const override { return true; }
    [[nodiscard]] bool is_writable() const override { return true; }
    void delete_expired(EpochMs, std::size_t, UniqueFunction<void(Result<std::size_t>)>) override {}

    bool repeats = false;
};

Identity identity(const char* user, Grant grant = Grant::none) {
    Identity made;
    made.user = UserId(user);
    made.grant = grant;
    return made;
}

struct Fixture : testing::PublisherFixture<Lanes, Log> {
    wire::PublishRequest request(const char* topic, MessageType type = MessageType::fifo) {
        return {.target_channel = std::string(websocket_channel),
                .type = type,
                .topic = *TopicName::parse(topic),
                .group_id = std::nullopt,
                .numbering = type == MessageType::fifo ? Numbering::consecutive : Numbering::none,
                .deduplication_id = std::nullopt,
                .payload_fields = "\"a\":1"};
    }
    Sequence told(const Identity& sender, const char* topic) {
        std::optional<Result<Receipt>> answer;
        publisher.publish(sender, request(topic), {}, [&](Result<Receipt> receipt) { answer = std::move(receipt); });
        REQUIRE(answer.has_value());
        REQUIRE(answer->has_value());
        return (**answer).sequence;
    }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "a stranger's receipt has no number, even for a duplicate") {
    log.repeats = GENERATE(false, true);
    CHECK(told(identity("stranger"), "user:owner") == 0);
}

TEST_CASE_METHOD(Fixture, "in a batch, each receipt names the number where its sender may read the topic") {
    permissions.directory.set(UserId("stranger"), *TopicName::parse("chat:c"), Role::member);
    std::vector<Result<wire::PublishRequest>> requests;
    for (const char* topic : {"user:owner", "chat:c", "user:stranger", "user:owner"})
        requests.emplace_back(request(topic));
    std::vector<Sequence> numbers;
    publisher.publish_batch(identity("stranger"), std::move(requests), [&](std::vector<Result<Receipt>> receipts) {
        for (const Result<Receipt>& receipt : receipts) numbers.push_back(receipt.has_value() ? receipt->sequence : 99);
    });
    CHECK(numbers == std::vector<Sequence>{0, 7, 7, 0});
}

TEST_CASE_METHOD(Fixture, "users who may receive the topic get the number, as do services and admins") {
    permissions.directory.set(UserId("member"), *TopicName::parse("chat:c"), Role::member);
    CHECK(told(identity("owner"), "user:owner") == 7);
    CHECK(told(identity("member"), "chat:c") == 7);
    CHECK(told(identity("backend", Grant::service), "user:owner") == 7);
    CHECK(told(identity("backend", Grant::service), "chat:c") == 7);
    CHECK(told(identity("root", Grant::admin), "user:owner") == 7);
}
