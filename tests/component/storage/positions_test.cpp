// The numbers of topics at a position of the log (ports::ResumePlanner::read_positions).
#include "contract_fixture.hpp"

#include <catch2/catch.hpp>

#include <limits>

namespace notifyd::storage::testing {

namespace {

std::vector<Sequence> positions(Loop& loop, std::vector<TopicName> topics, Position fifo_up_to) {
    const auto found = loop.ask<std::vector<Sequence>>([&](StorageClient& client, auto done) {
        client.resume().read_positions({std::move(topics), fifo_up_to}, std::move(done));
    });
    REQUIRE(found.has_value());
    return *found;
}

constexpr Position everything = std::numeric_limits<Position>::max();

}  // namespace

TEST_CASE("a topic's number is its last one up to the position, whatever was stored without a number") {
    const TestDatabase database;
    Running running(database);
    Loop& loop = running.add_loop();
    // Positions 1 to 6.
    loop.append({message(topic("a"), Kind::numbered),
                 message(topic("b"), Kind::numbered),
                 message(topic("a"), Kind::standard),
                 message(topic("a"), Kind::numbered),
                 message(topic("a"), Kind::unnumbered),
                 message(topic("a"), Kind::numbered)});
    const std::vector<TopicName> topics{topic("a"), topic("never"), topic("b")};
    CHECK(positions(loop, topics, everything) == std::vector<Sequence>{3, 0, 1});
    CHECK(positions(loop, topics, 5) == std::vector<Sequence>{2, 0, 1});
    CHECK(positions(loop, topics, 1) == std::vector<Sequence>{1, 0, 0});
    CHECK(positions(loop, topics, 0) == std::vector<Sequence>{0, 0, 0});
    CHECK(positions(loop, {}, everything).empty());
}

TEST_CASE("retention deletes rows, but keeps a topic's number") {
    const TestDatabase database;
    Running running(database);
    Loop& loop = running.add_loop();
    for (EpochMs at = 1; at <= 5; ++at) loop.store(message(topic("a"), Kind::numbered, at));
    REQUIRE(loop.expire(4, 100).has_value());
    CHECK(positions(loop, {topic("a")}, everything) == std::vector<Sequence>{5});
    REQUIRE(loop.expire(100, 100).has_value());
    CHECK(positions(loop, {topic("a")}, everything) == std::vector<Sequence>{5});
}

TEST_CASE("without history, the counter is the number") {
    const TestDatabase database;
    TestOptions options;
    options.history = History::off;
    Running running(database, options);
    Loop& loop = running.add_loop();
    for (int i = 0; i < 3; ++i) loop.store(message(topic("a"), Kind::numbered));
    CHECK(positions(loop, {topic("a")}, 0) == std::vector<Sequence>{3});
}

}  // namespace notifyd::storage::testing
