// The rows behind deduplication: how many keys there are, and the offset of their clock.
#include "sqlite_fixture.hpp"
#include "support/fake_clock.hpp"
#include "support/storage/keyed_messages.hpp"

#include <catch2/catch.hpp>

namespace notifyd::storage::sqlite::testing {

namespace {

using notifyd::testing::FakeClock;

TestOptions options_for(const std::string& path, History history = History::keep) {
    TestOptions options = Running::options_for(path);
    options.deduplication_window = window;
    options.history = history;
    return options;
}

}  // namespace

TEST_CASE("a commit that failed takes back the clock's step, and the next one applies it once") {
    // Rows used to be shifted along with the clock; now one offset carries the step, so the window itself is checked.
    const TemporaryFolder folder;
    const std::string path = folder.file("notifyd.db");
    TestOptions options = options_for(path);
    options.probe_interval = std::chrono::hours(1);
    FakeClock clock;
    Running running(options, &clock);
    Loop& loop = running.add_loop();
    CHECK_FALSE(is_duplicate(loop, keyed(Kind::numbered, 1)));
    Outsider outsider(path);
    outsider.execute(
        "CREATE TRIGGER refuse BEFORE INSERT ON messages WHEN new.head = 'poison' "
        "BEGIN SELECT RAISE(ABORT, 'poisoned'); END");
    clock.step(Milliseconds(86'400'000));
    CHECK_FALSE(loop.append({message(topic("a"), Kind::numbered, 0, "poison")}).front().has_value());
    CHECK(outsider.query("SELECT value FROM meta WHERE key = 'clock_offset'").empty());
    (void)loop.store(message(topic("a"), Kind::numbered));
    CHECK(outsider.value("SELECT value FROM meta WHERE key = 'clock_offset'") == "-86400000");
    CHECK(is_duplicate(loop, keyed(Kind::numbered, 1)));
}

TEST_CASE("expired keys are deleted with new ones, and by retention if there are none") {
    const TemporaryFolder folder;
    const std::string path = folder.file("notifyd.db");
    FakeClock clock;
    Running running(options_for(path), &clock);
    Loop& loop = running.add_loop();
    Outsider outsider(path);
    const auto keys = [&] { return std::stoi(outsider.value("SELECT count(*) FROM deduplication")); };
    std::vector<MessagePtr> messages;
    messages.reserve(100);
    for (std::uint8_t name = 0; name < 100; ++name) messages.push_back(keyed(Kind::standard, name));
    (void)loop.append(messages);
    CHECK(keys() == 100);
    clock.advance(window);
    (void)loop.append({keyed(Kind::standard, 200), keyed(Kind::standard, 201), keyed(Kind::standard, 202)});
    CHECK(keys() == 100 - 6 + 3);
    for (std::uint8_t name = 203; name < 250; ++name) (void)loop.store(keyed(Kind::standard, name));
    CHECK(keys() == 50);

    clock.advance(window);
    CHECK(*loop.expire(0, 30) == 0);
    CHECK(keys() == 20);
    CHECK(*loop.expire(0, 30) == 0);
    CHECK(keys() == 0);
}

TEST_CASE("without a window, no key is stored") {
    const TemporaryFolder folder;
    const std::string path = folder.file("notifyd.db");
    TestOptions options = options_for(path);
    options.deduplication_window = Milliseconds(0);
    Running running(options);
    CHECK_FALSE(is_duplicate(running.add_loop(), keyed(Kind::standard, 1)));
    CHECK(Outsider(path).value("SELECT count(*) FROM deduplication") == "0");
}

}  // namespace notifyd::storage::sqlite::testing
