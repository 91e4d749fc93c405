// Transient messages: for those who can take them now, and for nobody else (docs/protocol.md#transient-messages).
#include "support/delivery_pool.hpp"
#include "support/recording_connection.hpp"

#include <catch2/catch.hpp>

#include <memory>
#include <string>

using namespace notifyd;
using namespace notifyd::testing;

namespace {

Message made(MessageType type, Lifetime lifetime, const std::string& text) {
    Message made = *message("chat:c", text);
    made.type = type;
    made.numbering = Numbering::none;
    made.lifetime = lifetime;
    return made;
}

MessagePtr typing() {
    return std::make_shared<const Message>(made(MessageType::standard, Lifetime::transient, "typing"));
}

MessagePtr hello() {
    return std::make_shared<const Message>(made(MessageType::standard, Lifetime::kept, "hello"));
}

struct Fixture : DeliveryPool {
    Fixture() {
        for (TestConnection* each : {&ready, &other}) {
            first.registry.add(each->connection);
            first.registry.subscribe(each->connection, topic_of("chat:c"));
        }
    }
    TestConnection ready{1};
    TestConnection other{2};
};

}  // namespace

TEST_CASE_METHOD(Fixture, "a transient message is not retried for a full connection, unlike another one") {
    other.sink.full = true;
    first.worker.push(typing());
    first.turn();
    CHECK(ready.sink.texts().size() == 1);
    CHECK(other.connection.retries() == 0);
    CHECK(first.log.letters.empty());
    first.worker.push(hello());
    first.turn();
    CHECK(other.connection.retries() == 1);
    // The client reads again; the message that was kept arrives alone.
    other.sink.full = false;
    clock.advance(std::chrono::seconds(10));
    first.worker.tick(clock.steady_now());
    REQUIRE(other.sink.texts().size() == 1);
    CHECK_THAT(other.sink.texts().front(), Catch::Contains("hello"));
}

TEST_CASE_METHOD(Fixture, "transient and other messages of one topic stay apart, in order") {
    first.worker.push(typing());
    first.worker.push(hello());
    first.worker.push(typing());
    first.turn();
    const auto texts = ready.sink.texts();
    REQUIRE(texts.size() == 3);
    CHECK_THAT(texts[1], Catch::Contains("hello"));
}

TEST_CASE_METHOD(Fixture, "a connection that does not know yet where its topic stands goes without") {
    first.worker.open(other.connection, {{topic_of("chat:c")}, [](auto&&...) {}});
    first.worker.push(typing());
    first.turn();
    CHECK(ready.sink.texts().size() == 1);
    CHECK(other.sink.texts().empty());
}

TEST_CASE_METHOD(Fixture, "a transient message without a recipient is not reported as undelivered") {
    for (TestConnection* each : {&ready, &other}) first.registry.remove(each->connection);
    first.worker.push(typing());
    first.turn();
    second.turn();
    CHECK(log.count("message_undelivered") == 0);
    first.worker.push(hello());
    first.turn();
    second.turn();
    CHECK(log.count("message_undelivered") == 1);
}
