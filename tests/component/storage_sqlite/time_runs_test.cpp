// The runs of ascending publish times: how many a clock that is set creates, and how old databases get them.
#include "../../../src/storage_sqlite/time_runs.hpp"

#include "sqlite_fixture.hpp"
#include "support/storage/stepped_log.hpp"

#include <catch2/catch.hpp>

#include <random>

namespace notifyd::storage::sqlite::testing {

namespace {

std::size_t run_count(const std::string& path) {
    return std::stoul(Outsider(path).value("SELECT count(*) FROM time_runs"));
}

}  // namespace

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

}  // namespace notifyd::storage::sqlite::testing
