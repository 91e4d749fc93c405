// Reads by time and by id are right whatever the wall clock did while messages were stored.
// Seen to fail: with a bisection over the whole log, as if publish times were ascending, ranges lose rows, ids are
// unknown and dead letters come without their messages.
#include "../../../src/storage/time_runs.hpp"
#include "storage_fixture.hpp"
#include "support/fake_clock.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <limits>
#include <random>

namespace notifyd::storage::testing {

namespace {

using Verdict = ports::ResumePlan::Verdict;

constexpr EpochMs noon = 1'769'860'800'000;

// Messages of one topic, ten per second by a clock that is set by each of `steps` in turn.
class SteppedLog {
  public:
    void store(Loop& loop, const std::vector<EpochMs>& steps, std::size_t count_between = 20) {
        for (const EpochMs step : steps) {
            time_ += step;
            for (std::size_t i = 0; i < count_between; ++i, time_ += 100) {
                const Kind kind = std::array{Kind::numbered, Kind::standard, Kind::unnumbered}[messages_.size() % 3];
                messages_.push_back(message(topic("a"), kind, time_, "{\"i\":" + std::to_string(messages_.size())));
                (void)loop.store(messages_.back());
            }
        }
    }

    [[nodiscard]] const std::vector<MessagePtr>& messages() const { return messages_; }

    // By a full walk of the history, in commit order.
    [[nodiscard]] static std::vector<StoredMessage> walk(Loop& loop, PageQuery query = newest(topic("a"), 7)) {
        query.order = PageOrder::oldest_first;
        std::vector<StoredMessage> all;
        do {
            const auto page = loop.read(query);
            REQUIRE(page.has_value());
            all.insert(all.end(), page->messages.begin(), page->messages.end());
            query.after = page->next;
        } while (query.after.has_value());
        return all;
    }

    // Every range between two of the messages' times equals the full walk, filtered.
    static void check_ranges(Loop& loop, std::size_t stride) {
        const std::vector<StoredMessage> all = walk(loop);
        for (std::size_t i = 0; i < all.size(); i += stride) {
            for (std::size_t k = 0; k < all.size(); k += stride) {
                PageQuery query = newest(topic("a"), 7);
                query.from_time = all[i].published_at;
                query.to_time = all[k].published_at + static_cast<EpochMs>(k % 3);
                std::vector<Position> wanted;
                for (const StoredMessage& row : all) {
                    const bool matches = row.published_at >= *query.from_time && row.published_at <= *query.to_time;
                    if (matches) wanted.push_back(row.at.position);
                }
                std::vector<Position> found;
                for (const StoredMessage& row : walk(loop, query)) found.push_back(row.at.position);
                CAPTURE(i, k, *query.from_time, *query.to_time);
                REQUIRE(found == wanted);
            }
        }
    }

    // Each message can be resumed from by its id, and the plan contains everything after it.
    static void check_resumes(Loop& loop) {
        const std::vector<StoredMessage> all = walk(loop);
        for (std::size_t i = 0; i < all.size(); ++i) {
            const auto plan = loop.plan({topic("a"), all[i].id, 10'000, std::numeric_limits<Position>::max()});
            REQUIRE(plan.has_value());
            CAPTURE(i, all[i].published_at);
            REQUIRE(plan->verdict == Verdict::complete);
            PageQuery query = newest(topic("a"), 50);
            query.window = plan->window;
            query.after = plan->after;
            std::vector<Position> behind;
            for (const StoredMessage& row : walk(loop, query)) {
                const bool overlaps = row.at < all[i].at;
                if (!overlaps) behind.push_back(row.at.position);
                // What may be repeated: standard messages no older than a second, as far as the clock can tell.
                if (overlaps) REQUIRE(row.type == MessageType::standard);
                if (overlaps) REQUIRE(row.published_at >= all[i].published_at - 2'000);
            }
            std::vector<Position> wanted;
            for (std::size_t k = i + 1; k < all.size(); ++k) wanted.push_back(all[k].at.position);
            REQUIRE(behind == wanted);
        }
    }

    static void check(Loop& loop) {
        check_ranges(loop, 11);
        check_resumes(loop);
    }

  private:
    EpochMs time_ = noon;
    std::vector<MessagePtr> messages_;
};

constexpr EpochMs second = 1'000;
constexpr EpochMs hour = 3'600 * second;

std::size_t run_count(const std::string& path) {
    return std::stoul(Outsider(path).value("SELECT count(*) FROM time_runs"));
}

}  // namespace

TEST_CASE("ranges and resumes are right whatever the clock did, across restarts") {
    const std::vector<EpochMs> steps = GENERATE(std::vector<EpochMs>{0, -10 * second},
                                                std::vector<EpochMs>{0, -second, second, -second},
                                                std::vector<EpochMs>{0, 10 * second, -10 * second, -10 * second},
                                                std::vector<EpochMs>{0, hour, -hour, -hour, hour},
                                                std::vector<EpochMs>{0, -40 * 24 * hour, 80 * 24 * hour, -hour},
                                                std::vector<EpochMs>{0, -900, -900, -900, -900});
    const TemporaryFolder folder;
    const std::string path = folder.file("notifyd.db");
    SteppedLog log;
    {
        Running running(path);
        Loop& loop = running.add_loop();
        log.store(loop, steps);
        SteppedLog::check(loop);
    }
    Running running(path);
    Loop& loop = running.add_loop();
    SteppedLog::check_ranges(loop, 13);
    log.store(loop, {-3 * second, 2 * second});
    SteppedLog::check(loop);
}

TEST_CASE("a restart at every step keeps ranges and resumes right") {
    const TemporaryFolder folder;
    const std::string path = folder.file("notifyd.db");
    SteppedLog log;
    for (const EpochMs step : {EpochMs{0}, -10 * second, -10 * second, hour, -hour, -500L, -hour}) {
        Running running(path);
        Loop& loop = running.add_loop();
        log.store(loop, {step}, 10);
        SteppedLog::check(loop);
    }
}

TEST_CASE("an older database is also searched correctly, wherever its clock was set") {
    const TemporaryFolder folder;
    const std::string path = folder.file("notifyd.db");
    SteppedLog log;
    {
        Running running(path);
        log.store(running.add_loop(), {0, -10 * second, 20 * second, -hour, 500});
    }
    {
        Outsider outsider(path);
        make_version_7(outsider);
    }
    Running running(path);
    Loop& loop = running.add_loop();
    CHECK(run_count(path) == 3);
    SteppedLog::check(loop);
    log.store(loop, {-hour});
    SteppedLog::check(loop);
}

TEST_CASE("an empty older database gets no runs until it has messages") {
    const TemporaryFolder folder;
    const std::string path = folder.file("notifyd.db");
    { Running running(path); }
    {
        Outsider outsider(path);
        make_version_7(outsider);
    }
    Running running(path);
    Loop& loop = running.add_loop();
    CHECK(run_count(path) == 0);
    SteppedLog log;
    log.store(loop, {0, -10 * second});
    SteppedLog::check(loop);
}

TEST_CASE("every dead letter has its message, whatever the clock did") {
    const TemporaryFolder folder;
    Running running(folder.file("notifyd.db"));
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

TEST_CASE("concurrent publishers do not begin a new run") {
    const TemporaryFolder folder;
    const std::string path = folder.file("notifyd.db");
    Running running(path);
    Loop& loop = running.add_loop();
    std::mt19937 random(20'261);
    std::vector<MessagePtr> messages;
    for (EpochMs i = 0; i < 500; ++i) {
        messages.push_back(message(topic("a"), Kind::numbered, noon + 50 * i - static_cast<EpochMs>(random() % 900)));
    }
    (void)loop.append(messages);
    CHECK(run_count(path) == 1);
    SteppedLog::check_ranges(loop, 49);
}

TEST_CASE("a clock that flaps creates a bounded number of runs, and searches stay right") {
    const TemporaryFolder folder;
    const std::string path = folder.file("notifyd.db");
    Running running(path);
    Loop& loop = running.add_loop();
    std::vector<MessagePtr> messages;
    for (EpochMs i = 0; i < 9'000; ++i) {
        messages.push_back(message(topic("a"), Kind::numbered, noon + (i % 2) * hour + i));
    }
    (void)loop.append(messages);
    CHECK(run_count(path) == TimeRunTable::runs_max);
    PageQuery query = newest(topic("a"), 1'000);
    query.from_time = messages[8'000]->published_at;
    query.to_time = messages[8'998]->published_at;
    CHECK(SteppedLog::walk(loop, query).size() == 500);
}

TEST_CASE("runs are deleted with their messages") {
    const TemporaryFolder folder;
    const std::string path = folder.file("notifyd.db");
    Running running(path);
    Loop& loop = running.add_loop();
    SteppedLog log;
    log.store(loop, {0, -10 * second, -10 * second, -10 * second});
    CHECK(run_count(path) == 4);
    CHECK(*loop.expire(noon + hour, 30) == 30);
    CHECK(run_count(path) == 3);
    SteppedLog::check(loop);
    CHECK(*loop.expire(noon + hour, 1'000) == 50);
    CHECK(run_count(path) == 1);
    log.store(loop, {-hour});
    SteppedLog::check(loop);
}

// Seen to fail: if only 10,000 rows of the future are examined, nothing after a larger number of them ever expires.
TEST_CASE("messages dated in the future, however many, do not keep later ones from expiring") {
    const TemporaryFolder folder;
    const std::string path = folder.file("notifyd.db");
    Running running(path);
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
    const TemporaryFolder folder;
    Running running(folder.file("notifyd.db"));
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
    const TemporaryFolder folder;
    const StorageOptions options = Running::options_for(folder.file("notifyd.db"));
    notifyd::testing::FakeClock clock;
    const auto last_known = [&](bool retention_runs) {
        Running running(options, &clock);
        Loop& loop = running.add_loop();
        (void)loop.store(message(topic("a"), Kind::numbered, clock.now_ms()));
        if (retention_runs) REQUIRE(*loop.expire(0, 10) == 0);
        return running.storage().last_known_time();
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
    const TemporaryFolder folder;
    StorageOptions options = Running::options_for(folder.file("notifyd.db"));
    options.deduplication_window = Milliseconds(300'000);
    notifyd::testing::FakeClock clock;
    EpochMs before = 0;
    for (const EpochMs step : {EpochMs{0}, -hour, hour, -hour, -hour}) {
        clock.step(Milliseconds(step));
        Running running(options, &clock);
        Loop& loop = running.add_loop();
        (void)loop.store(message(topic("a"), Kind::numbered, clock.now_ms(), "{\"a\":1", DeduplicationKey{}));
        CHECK(running.storage().continuous_clock().now_ms() >= before);
        before = running.storage().continuous_clock().now_ms();
    }
}

}  // namespace notifyd::storage::testing
