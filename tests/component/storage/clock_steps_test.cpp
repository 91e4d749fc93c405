// Reads by time and by id are right whatever the wall clock did while messages were stored.
// Seen to fail: with a bisection over the whole log, as if publish times were ascending, ranges lose rows, ids are
// unknown and dead letters come without their messages.
#include "contract_fixture.hpp"
#include "support/fake_clock.hpp"
#include "support/storage/stepped_log.hpp"

#include <catch2/catch.hpp>

namespace notifyd::storage::testing {

TEST_CASE("ranges and resumes are right whatever the clock did, across restarts") {
    const std::vector<EpochMs> steps = GENERATE(std::vector<EpochMs>{0, -10 * second},
                                                std::vector<EpochMs>{0, -second, second, -second},
                                                std::vector<EpochMs>{0, 10 * second, -10 * second, -10 * second},
                                                std::vector<EpochMs>{0, hour, -hour, -hour, hour},
                                                std::vector<EpochMs>{0, -40 * 24 * hour, 80 * 24 * hour, -hour},
                                                std::vector<EpochMs>{0, -900, -900, -900, -900});
    const TestDatabase database;
    SteppedLog log;
    {
        Running running(database);
        Loop& loop = running.add_loop();
        log.store(loop, steps);
        SteppedLog::check(loop);
    }
    Running running(database);
    Loop& loop = running.add_loop();
    SteppedLog::check_ranges(loop, 13);
    log.store(loop, {-3 * second, 2 * second});
    SteppedLog::check(loop);
}

TEST_CASE("a restart at every step keeps ranges and resumes right") {
    const TestDatabase database;
    SteppedLog log;
    for (const EpochMs step : {EpochMs{0}, -10 * second, -10 * second, hour, -hour, -500L, -hour}) {
        Running running(database);
        Loop& loop = running.add_loop();
        log.store(loop, {step}, 10);
        SteppedLog::check(loop);
    }
}

TEST_CASE("every dead letter has its message, whatever the clock did") {
    const TestDatabase database;
    Running running(database);
    Loop& loop = running.add_loop();
    SteppedLog log;
    log.store(loop, {0, -10 * second, -10 * second, hour, -hour});
    SystemIdSource ids;
    loop.post([&](StorageClient& client) {
        for (const MessagePtr& missed : log.messages()) {
            client.letter_sink().add({.id = ids.time_ordered(noon),
                                      .queue = "fifo",
                                      .message = missed->id,
                                      .topic = missed->topic,
                                      .sequence = 0,
                                      .connection = std::nullopt,
                                      .user = UserId("u1"),
                                      .reason = "outbox_full",
                                      .attempts = 3,
                                      .first_failed_at = noon,
                                      .last_failed_at = noon,
                                      .head = std::nullopt});
        }
    });
    const auto listed = [&] {
        const auto page = loop.ask<DeadLetterPage>([](StorageClient& client, auto done) {
            client.letters().list({.queue = std::nullopt, .after = std::nullopt, .letters_max = 1'000},
                                  std::move(done));
        });
        REQUIRE(page.has_value());
        return page->letters;
    };
    REQUIRE(eventually([&] { return listed().size() == log.messages().size(); }));
    for (const DeadLetter& letter : listed()) CHECK(letter.head.has_value());
}

// Seen to fail: if only 10,000 rows of the future are examined, nothing after a larger number of them ever expires.
TEST_CASE("messages dated in the future, however many, do not keep later ones from expiring") {
    const TestDatabase database;
    Running running(database);
    Loop& loop = running.add_loop();
    const EpochMs now = SystemClock().now_ms();
    std::vector<MessagePtr> messages;
    for (EpochMs i = 0; i < 11'000; ++i) messages.push_back(message(topic("a"), Kind::standard, now + hour + i));
    for (EpochMs i = 0; i < 10; ++i) messages.push_back(message(topic("a"), Kind::standard, noon + i));
    messages.push_back(message(topic("a"), Kind::standard, now - second));
    (void)loop.append(messages);
    CHECK(*loop.expire(noon - hour, 20'000) == 0);
    CHECK(*loop.expire(noon + hour, 10'000) == 10'000);
    CHECK(*loop.expire(noon + hour, 10'000) == 1'010);
    CHECK(*loop.expire(noon + hour, 10'000) == 0);
}

TEST_CASE("a page that would skip too many rows ends early, and the next one continues") {
    const TestDatabase database;
    Running running(database);
    Loop& loop = running.add_loop();
    std::vector<MessagePtr> messages;
    // A busy millisecond, in disorder, before and after the requested one.
    for (int i = 0; i < 25'000; ++i) messages.push_back(message(topic("a"), Kind::standard, noon + 10 + i % 2 * 3));
    messages.push_back(message(topic("a"), Kind::standard, noon + 12));
    for (int i = 0; i < 25'000; ++i) messages.push_back(message(topic("a"), Kind::standard, noon + 11 + i % 2 * 3));
    (void)loop.append(messages);
    PageQuery query = newest(topic("a"), 10);
    query.order = GENERATE(PageOrder::oldest_first, PageOrder::newest_first);
    query.from_time = noon + 12;
    query.to_time = noon + 12;
    std::size_t pages = 0;
    std::vector<Position> found;
    do {
        const auto page = loop.read(query);
        REQUIRE(page.has_value());
        for (const StoredMessage& row : page->messages) found.push_back(row.at.position);
        query.after = page->next;
        REQUIRE(++pages < 20);
    } while (query.after.has_value());
    CHECK(found == std::vector<Position>{25'001});
    CHECK(pages > 1);
}

TEST_CASE("the last known time is when retention trusted the clock, not what a clock that jumped has stamped") {
    const TestDatabase database;
    TestOptions options;
    notifyd::testing::FakeClock clock;
    const auto last_known = [&](bool retention_runs) {
        Running running(database, options, &clock);
        Loop& loop = running.add_loop();
        (void)loop.store(message(topic("a"), Kind::numbered, clock.now_ms()));
        if (retention_runs) REQUIRE(*loop.expire(0, 10) == 0);
        return running.storage().engine().last_known_time();
    };
    CHECK_FALSE(last_known(false).has_value());
    const EpochMs before = clock.now_ms();
    clock.advance(Milliseconds(hour));
    CHECK(last_known(true) == before);  // the newest message's
    clock.step(Milliseconds(40 * 24 * hour));
    CHECK(last_known(false) == before + hour);
    CHECK(last_known(false) == before + hour);
}

TEST_CASE("the windows' clock does not go back, whatever happened to the wall clock while the server was down") {
    const TestDatabase database;
    TestOptions options;
    options.deduplication_window = Milliseconds(300'000);
    notifyd::testing::FakeClock clock;
    EpochMs before = 0;
    for (const EpochMs step : {EpochMs{0}, -hour, hour, -hour, -hour}) {
        clock.step(Milliseconds(step));
        Running running(database, options, &clock);
        Loop& loop = running.add_loop();
        (void)loop.store(message(topic("a"), Kind::numbered, clock.now_ms(), "{\"a\":1", DeduplicationKey{}));
        CHECK(running.storage().engine().continuous_clock().now_ms() >= before);
        before = running.storage().engine().continuous_clock().now_ms();
    }
}

}  // namespace notifyd::storage::testing
