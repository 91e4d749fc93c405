// From a commit or a publish to the outboxes of every loop: order, slices, and who gets nothing.
#include "support/delivery_pool.hpp"
#include "support/recording_connection.hpp"

#include <catch2/catch.hpp>

using namespace notifyd;
using namespace notifyd::testing;

namespace {

bool contains(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("committed messages reach the members on every loop, in commit order and with their numbers") {
    DeliveryPool fixture;
    TestConnection a(1);
    TestConnection b(2);
    TestConnection other(3);
    fixture.first.registry.subscribe(a.connection, topic_of("chat:c"));
    fixture.second.registry.subscribe(b.connection, topic_of("chat:c"));
    fixture.second.registry.subscribe(other.connection, topic_of("chat:d"));

    fixture.pool.committed({{message("chat:c", "one"), 1}, {message("chat:c", "two"), 2}});
    fixture.pool.committed({{message("chat:c", "three"), 3}});
    CHECK_FALSE(fixture.first.turn());
    CHECK_FALSE(fixture.second.turn());

    for (const TestConnection* member : {&a, &b}) {
        const auto texts = member->sink.texts();
        REQUIRE(texts.size() == 3);
        CHECK(contains(texts[0], R"("content":"one")"));
        CHECK(contains(texts[1], R"("sequenceNumber":2)"));
        CHECK(contains(texts[2], R"("content":"three")"));
    }
    CHECK(other.sink.frames.empty());
    CHECK(fixture.log.count("message_undelivered") == 0);
}

TEST_CASE("a standard message is delivered on its own loop in the same turn, on others in their next one") {
    DeliveryPool fixture;
    TestConnection here(1);
    TestConnection there(2);
    fixture.first.registry.subscribe(here.connection, topic_of("chat:c"));
    fixture.second.registry.subscribe(there.connection, topic_of("chat:c"));
    fixture.first.worker.push(message("chat:c", "now"));
    CHECK(here.sink.frames.empty());
    CHECK_FALSE(fixture.first.turn());
    CHECK(here.sink.texts().size() == 1);
    CHECK(there.sink.frames.empty());
    CHECK_FALSE(fixture.second.turn());
    CHECK(there.sink.texts().size() == 1);
}

TEST_CASE("a message for another channel is not sent to any WebSocket") {
    DeliveryPool fixture;
    TestConnection member(1);
    fixture.first.registry.subscribe(member.connection, topic_of("chat:c"));
    Message email = *message("chat:c", "mail");
    email.target_channel = "Email";
    fixture.pool.committed({{std::make_shared<const Message>(email), 1}, {message("chat:c", "here"), 2}});
    fixture.first.turn();
    REQUIRE(member.sink.texts().size() == 1);
    CHECK(contains(member.sink.texts()[0], "here"));
}

TEST_CASE("all members share one encoded frame") {
    DeliveryPool fixture;
    TestConnection a(1);
    TestConnection b(2);
    fixture.first.registry.subscribe(a.connection, topic_of("chat:c"));
    fixture.first.registry.subscribe(b.connection, topic_of("chat:c"));
    fixture.first.worker.push(message("chat:c", "x"));
    fixture.first.turn();
    REQUIRE(a.sink.frames.size() == 1);
    REQUIRE(b.sink.frames.size() == 1);
    CHECK(a.sink.frames[0] == b.sink.frames[0]);
}

TEST_CASE("consecutive messages of one topic form one block, and order is kept across blocks") {
    DeliveryPool fixture;
    TestConnection member(1);
    TestConnection echoless(2);
    for (TestConnection* each : {&member, &echoless}) {
        fixture.first.registry.subscribe(each->connection, topic_of("chat:c"));
    }
    fixture.first.registry.subscribe(member.connection, topic_of("chat:d"));
    fixture.pool.committed({{message("chat:c", "1"), 1},
                            {message("chat:c", "2"), 2},
                            {message("chat:c", "3", echoless.connection.id()), 3},
                            {message("chat:c", "4"), 4},
                            {message("chat:d", "5"), 1},
                            {message("chat:c", "6"), 5}});
    fixture.first.turn();

    const auto contents = [](const TestConnection& connection) {
        std::string all;
        for (const std::string& text : connection.sink.texts()) all += text[12];
        return all;
    };
    CHECK(contents(member) == "123456");
    CHECK(contents(echoless) == "1246");
    CHECK(member.sink.frames.size() == 5);
    CHECK(echoless.sink.frames.size() == 3);
}

TEST_CASE("the size of a block is bounded") {
    DeliveryPool fixture;
    TestConnection member(1);
    fixture.first.registry.subscribe(member.connection, topic_of("chat:c"));
    std::vector<Delivery> many;
    for (Sequence n = 1; n <= 10; ++n) many.push_back({message("chat:c", std::string(30'000, 'x')), n});
    fixture.pool.committed(std::move(many));
    while (fixture.first.turn()) {
    }
    CHECK(member.sink.frames.size() == 5);
    CHECK(member.sink.texts().size() == 10);
}

TEST_CASE("echo off skips the sending connection only") {
    DeliveryPool fixture;
    TestConnection sender(1);
    TestConnection peer(2);
    fixture.first.registry.subscribe(sender.connection, topic_of("chat:c"));
    fixture.first.registry.subscribe(peer.connection, topic_of("chat:c"));
    fixture.first.worker.push(message("chat:c", "x", sender.connection.id()));
    fixture.first.turn();
    CHECK(sender.sink.frames.empty());
    CHECK(peer.sink.texts().size() == 1);
}

TEST_CASE("a message without a recipient on any loop is reported once") {
    DeliveryPool fixture;
    fixture.pool.committed({{message("chat:nobody", "x"), 1}});
    fixture.first.turn();
    CHECK(fixture.log.count("message_undelivered") == 0);
    fixture.second.turn();
    CHECK(fixture.log.count("message_undelivered") == 1);
}

TEST_CASE("a full connection gets fifo messages from the log without a gap, and delays no others") {
    DeliveryPool fixture;
    TestConnection slow(1);
    TestConnection quick(2);
    slow.sink.full = true;
    for (TestConnection* each : {&slow, &quick}) {
        fixture.first.registry.add(each->connection);
        fixture.first.registry.subscribe(each->connection, topic_of("chat:c"));
    }
    fixture.pool.committed({{message("chat:c", "x"), 1, {1, 11}}, {message("chat:c", "y"), 2, {2, 12}}});
    fixture.first.turn();
    CHECK_FALSE(slow.sink.closed_with);
    CHECK(quick.sink.texts().size() == 2);
    CHECK(fixture.first.log.reads.empty());

    slow.sink.drain();
    REQUIRE(fixture.first.log.reads.size() == 1);
    const PageQuery& read = fixture.first.log.reads[0];
    CHECK(*read.after < PageCursor{1, 11});
    CHECK(read.window->end == PageCursor{2, 12});
    // A third one passes in the meantime: it is read, too, and the fourth is sent live.
    fixture.pool.committed({{message("chat:c", "z"), 3, {3, 13}}});
    fixture.first.turn();
    CHECK(slow.sink.texts().empty());
    const auto stored = [](Sequence sequence, Position position, const std::string& text) {
        return StoredMessage{.at = {sequence, position},
                             .id = {},
                             .type = MessageType::fifo,
                             .sequence = sequence,
                             .published_at = 0,
                             .target_channel = "WebSocket",
                             .head = R"({"content":")" + text + '"'};
    };
    Page page;
    page.messages = {stored(1, 11, "x"), stored(2, 12, "y")};
    fixture.first.log.answers[0](page);
    REQUIRE(fixture.first.log.reads.size() == 2);
    CHECK(fixture.first.log.reads[1].after == PageCursor{2, 12});
    page.messages = {stored(3, 13, "z")};
    fixture.first.log.answers[1](page);
    CHECK_FALSE(slow.connection.is_behind());
    fixture.pool.committed({{message("chat:c", "live"), 4, {4, 14}}});
    fixture.first.turn();
    const auto texts = slow.sink.texts();
    REQUIRE(texts.size() == 4);
    for (Sequence n = 1; n <= 4; ++n) {
        CHECK(contains(texts[n - 1], "\"sequenceNumber\":" + std::to_string(n)));
        CHECK(contains(texts[n - 1], "\"retryCount\":0"));
    }
}

TEST_CASE(
    "a standard message to a full connection becomes a dead letter after three attempts; the connection survives") {
    DeliveryPool fixture;
    TestConnection slow(1, "u1");
    slow.sink.full = true;
    fixture.first.registry.add(slow.connection);
    fixture.first.registry.subscribe(slow.connection, topic_of("chat:c"));
    Message standard = *message("chat:c", "x");
    standard.type = MessageType::standard;
    fixture.first.worker.push(std::make_shared<const Message>(standard));
    fixture.first.turn();
    CHECK(fixture.first.log.letters.empty());
    const EpochMs first_failed_at = fixture.clock.now_ms();
    const auto after = [&](int ms) {
        fixture.clock.advance(Milliseconds(ms));
        fixture.first.worker.tick(fixture.clock.steady_now());
    };
    after(199);
    CHECK(fixture.first.log.letters.empty());
    after(1);  // the second attempt
    after(399);
    CHECK(fixture.first.log.letters.empty());
    after(1);  // the third
    REQUIRE(fixture.first.log.letters.size() == 1);
    const DeadLetter& letter = fixture.first.log.letters[0];
    CHECK(letter.queue == "standard");
    CHECK(letter.attempts == 3);
    CHECK(letter.user == UserId("u1"));
    CHECK(letter.reason == "outbox_full");
    CHECK(letter.first_failed_at == first_failed_at);
    CHECK(letter.last_failed_at == first_failed_at + 600);
    CHECK_FALSE(slow.sink.closed_with);

    // A message that finds room at its second attempt says so.
    fixture.first.worker.push(std::make_shared<const Message>(standard));
    fixture.first.turn();
    slow.sink.drain();
    after(200);
    REQUIRE(slow.sink.texts().size() == 1);
    CHECK(contains(slow.sink.texts()[0], "\"retryCount\":1"));
    CHECK(fixture.first.log.letters.size() == 1);
    CHECK_FALSE(slow.connection.is_behind());
}

TEST_CASE("a turn delivers a slice, so that the sockets are flushed in between") {
    DeliveryPool fixture(100);
    TestConnection member(1);
    fixture.first.registry.subscribe(member.connection, topic_of("chat:c"));
    std::vector<Delivery> many;
    for (Sequence n = 1; n <= 10; ++n) many.push_back({message("chat:c", std::string(60, 'x')), n});
    fixture.pool.committed(std::move(many));
    CHECK(fixture.first.turn());
    const std::size_t after_one_turn = member.sink.texts().size();
    CHECK(after_one_turn >= 1);
    CHECK(after_one_turn <= 2);
    int turns = 1;
    while (fixture.first.turn()) ++turns;
    CHECK(member.sink.texts().size() == 10);
    CHECK(turns >= 4);
}

TEST_CASE("a slice is bounded for each connection, not for all: messages of many chats go out in one turn") {
    DeliveryPool fixture(200);
    TestConnection one(1);
    TestConnection two(2);
    fixture.first.registry.subscribe(one.connection, topic_of("chat:c"));
    fixture.first.registry.subscribe(two.connection, topic_of("chat:d"));
    std::vector<Delivery> many;
    for (const char* chat : {"chat:c", "chat:nobody", "chat:d", "chat:nobody"}) {
        many.push_back({message(chat, std::string(40, 'x')), 1});
    }
    fixture.pool.committed(std::move(many));
    CHECK_FALSE(fixture.first.turn());
    CHECK(one.sink.texts().size() == 1);
    CHECK(two.sink.texts().size() == 1);
}

TEST_CASE("what does not fit into a connection's slice waits for the next turn, even when it is one large message") {
    DeliveryPool fixture(1'000);
    TestConnection member(1);
    fixture.first.registry.subscribe(member.connection, topic_of("chat:c"));
    fixture.pool.committed({{message("chat:c", std::string(300, 'x')), 1},
                            {message("chat:c", std::string(950, 'x')), 2},
                            {message("chat:c", std::string(3'000, 'x')), 3}});
    CHECK(fixture.first.turn());
    CHECK(member.sink.texts().size() == 1);
    CHECK(fixture.first.turn());
    CHECK(member.sink.texts().size() == 2);
    CHECK_FALSE(fixture.first.turn());
    CHECK(member.sink.texts().size() == 3);
}

TEST_CASE("standard messages and fifo messages take turns when a connection gets more than a slice") {
    DeliveryPool fixture(100);
    TestConnection member(1);
    fixture.first.registry.subscribe(member.connection, topic_of("chat:c"));
    std::vector<Delivery> many;
    for (Sequence n = 1; n <= 6; ++n) {
        many.push_back({message("chat:c", "fifo" + std::string(90, 'x')), n});
        fixture.first.worker.push(message("chat:c", "none" + std::string(90, 'x')));
    }
    fixture.pool.committed(std::move(many));
    for (int turn = 0; turn < 4; ++turn) CHECK(fixture.first.turn());
    std::size_t fifo = 0;
    for (const std::string& text : member.sink.texts()) fifo += contains(text, "fifo") ? 1U : 0U;
    CHECK(fifo == 2);
    CHECK(member.sink.texts().size() == 4);
}

TEST_CASE("there is room until a loop's lanes are full") {
    DeliveryPool fixture(1);
    TestConnection member(1);
    fixture.second.registry.subscribe(member.connection, topic_of("chat:c"));
    CHECK(fixture.first.worker.has_room());
    std::vector<Delivery> many;
    for (Sequence n = 1; n <= 102; ++n) many.push_back({message("chat:c", "x"), n});
    fixture.pool.committed(std::move(many));
    fixture.second.turn();
    CHECK_FALSE(fixture.first.worker.has_room());
    while (fixture.second.turn()) {
    }
    CHECK(fixture.first.worker.has_room());
}
