// Failed commits that only SQLite can have: a lock held by an outsider, and what a stop leaves.
#include "sqlite_fixture.hpp"

#include <catch2/catch.hpp>

namespace notifyd::storage::sqlite::testing {

namespace {

Errc refused(const Result<ports::Appended>& answer) {
    REQUIRE_FALSE(answer.has_value());
    return answer.error().code;
}

TestOptions probing(const std::string& path, std::chrono::milliseconds interval) {
    TestOptions options = Running::options_for(path);
    options.probe_interval = interval;
    return options;
}

constexpr const char* refuse_messages =
    "CREATE TRIGGER refuse BEFORE INSERT ON messages BEGIN SELECT RAISE(ABORT, 'no'); END";

// Returns once the storage has tried to write and knows that it cannot.
void stop_taking_messages(Outsider& outsider, Running& running, Loop& loop) {
    outsider.execute(refuse_messages);
    CHECK(refused(loop.append({message(topic("a"), Kind::numbered)}).front()) == Errc::unavailable);
    CHECK_FALSE(running.storage().writable());
}

}  // namespace

TEST_CASE("an idle storage notices by itself that it can write again") {
    const TemporaryFolder folder;
    const std::string path = folder.file("notifyd.db");
    Running running(probing(path, std::chrono::milliseconds(5)));
    Loop& loop = running.add_loop();
    Outsider outsider(path);
    outsider.execute("CREATE TRIGGER refuse_probe BEFORE INSERT ON meta BEGIN SELECT RAISE(ABORT, 'no'); END");
    stop_taking_messages(outsider, running, loop);
    outsider.execute("DROP TRIGGER refuse_probe");
    CHECK(eventually([&] { return running.storage().writable(); }));
}

TEST_CASE("an outsider that writes for longer than one attempt waits does not fail a commit either") {
    const TemporaryFolder folder;
    const std::string path = folder.file("notifyd.db");
    Running running(path);
    Loop& loop = running.add_loop();
    Outsider outsider(path);
    outsider.execute("BEGIN IMMEDIATE");
    std::thread ending([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(2'500));
        outsider.execute("COMMIT");
    });
    const auto answer = loop.append({message(topic("a"), Kind::numbered)}).front();
    ending.join();
    REQUIRE(answer.has_value());
    CHECK(answer->sequence == 1);
    CHECK(running.log().count("commit_failed") == 0);
}

TEST_CASE("a stop leaves an empty log") {
    const TemporaryFolder folder;
    const std::string path = folder.file("notifyd.db");
    Running running(path);
    CHECK(running.add_loop().store(message(topic("a"), Kind::numbered)) == 1);
    running.storage().stop();
    CHECK(std::filesystem::file_size(path + "-wal") == 0);
}

}  // namespace notifyd::storage::sqlite::testing
