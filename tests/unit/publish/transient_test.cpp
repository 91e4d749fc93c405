// Transient messages: into the lanes, answered at once, never near the log (docs/protocol.md#transient-messages).
#include "support/publisher_fixture.hpp"

#include <catch2/catch.hpp>

#include <optional>
#include <string>
#include <vector>

using namespace notifyd;

namespace {

struct Lanes final : ports::StandardQueue {
    void push(MessagePtr message) override { pushed.push_back(std::move(message)); }
    [[nodiscard]] bool has_room() const override { return room; }
    std::vector<MessagePtr> pushed;
    bool room = true;
};

// Full and not writable, as on a full disk.
struct BrokenLog final : ports::MessageLog {
    void append(MessagePtr, ports::AppendDone) override { ++appended; }
    [[nodiscard]] bool has_room(std::size_t) const override { return false; }
    [[nodiscard]] bool is_writable() const override { return false; }
    void delete_expired(EpochMs, std::size_t, UniqueFunction<void(Result<std::size_t>)>) override {}
    int appended = 0;
};

struct Fixture : testing::PublisherFixture<Lanes, BrokenLog> {
    Fixture() { publisher.use(publish::ContentDeduplication::on); }
    Result<Receipt> publish(std::optional<std::string> deduplication_id = std::nullopt) {
        wire::PublishRequest request{.target_channel = std::string(websocket_channel),
                                     .topic = *TopicName::parse("chat:c"),
                                     .group_id = std::nullopt,
                                     .lifetime = Lifetime::transient,
                                     .deduplication_id = std::move(deduplication_id),
                                     .payload_fields = "\"a\":1"};
        Identity service;
        service.user = UserId("backend");
        service.grant = Grant::service;
        std::optional<Result<Receipt>> answer;
        publisher.publish(
            service, std::move(request), {}, [&](Result<Receipt> receipt) { answer = std::move(receipt); });
        REQUIRE(answer.has_value());
        return std::move(*answer);
    }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "a transient message needs no storage, and is answered when it is in the lanes") {
    const Result<Receipt> receipt = publish();
    REQUIRE(receipt.has_value());
    CHECK(receipt->lifetime == Lifetime::transient);
    CHECK(receipt->sequence == 0);
    REQUIRE(lanes.pushed.size() == 1);
    CHECK(lanes.pushed.front()->id == receipt->id);
    CHECK(lanes.pushed.front()->lifetime == Lifetime::transient);
    CHECK(log.appended == 0);
    CHECK(publisher.in_flight() == 0);
    CHECK(sink.count("message_published") == 1);
}

TEST_CASE_METHOD(Fixture, "a transient message is refused when the lanes are full, the server stops, or it has a key") {
    CHECK(publish("key").error().code == Errc::invalid_request);
    lanes.room = false;
    CHECK(publish().error().code == Errc::unavailable);
    lanes.room = true;
    publisher.close();
    CHECK(publish().error().code == Errc::unavailable);
    CHECK(lanes.pushed.empty());
}
