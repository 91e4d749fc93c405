// Keys are remembered for the window, and no longer; with and without history, across restarts and clock steps.
// Seen to fail: with a commit behind every key, rolled-back keys stay; with the wall clock as the window's clock, its
// steps close the window and open it again; with fewer rows deleted than inserted, the table grows.
#include "storage_fixture.hpp"
#include "support/fake_clock.hpp"

#include <catch2/catch.hpp>

namespace notifyd::storage::testing {

namespace {

using notifyd::testing::FakeClock;

constexpr Milliseconds window{300'000};

DeduplicationKey key(std::uint8_t name) {
    DeduplicationKey made{};
    made.front() = name;
    return made;
}

MessagePtr keyed(Kind kind, std::uint8_t name, EpochMs published_at = 0) {
    return message(topic("a"), kind, published_at, "{\"a\":1", key(name));
}

StorageOptions options_for(const std::string& path, History history = History::keep) {
    StorageOptions options = Running::options_for(path);
    options.deduplication_window = window;
    options.history = history;
    return options;
}

ports::Appended appended(Loop& loop, const MessagePtr& made) {
    const auto answer = loop.append({made}).front();
    REQUIRE(answer.has_value());
    return *answer;
}

bool is_duplicate(Loop& loop, const MessagePtr& made) {
    return appended(loop, made).duplicate_of.has_value();
}

}  // namespace

TEST_CASE("a repeat is answered with the first message, and is neither stored nor delivered") {
    const auto history = GENERATE(History::keep, History::off);
    const auto kind = GENERATE(Kind::standard, Kind::numbered, Kind::unnumbered);
    const TemporaryFolder folder;
    const std::string path = folder.file("notifyd.db");
    Running running(options_for(path, history));
    Loop& loop = running.add_loop();
    const MessagePtr first = keyed(kind, 1, 77);
    const ports::Appended stored = appended(loop, first);
    CHECK_FALSE(stored.duplicate_of.has_value());
    (void)loop.store(keyed(kind, 2));
    const ports::Appended repeated = appended(loop, keyed(kind, 1, 99));

    REQUIRE(repeated.duplicate_of.has_value());
    CHECK(repeated.duplicate_of->id == first->id);
    CHECK(repeated.duplicate_of->published_at == 77);
    CHECK(repeated.sequence == stored.sequence);
    const auto deliveries = running.listener().deliveries();
    REQUIRE(deliveries.size() == 2);
    CHECK(deliveries[0].message == first);
    const std::string rows = history == History::keep ? "2" : "0";
    CHECK(Outsider(path).value("SELECT count(*) FROM messages") == rows);
}

TEST_CASE("messages delivered by the commit have their positions") {
    const TemporaryFolder folder;
    Running running(options_for(folder.file("notifyd.db")));
    Loop& loop = running.add_loop();
    (void)loop.append({keyed(Kind::numbered, 1),
                       message(topic("a"), Kind::standard),
                       keyed(Kind::standard, 2),
                       message(topic("a"), Kind::unnumbered),
                       message(topic("a"), Kind::numbered)});
    std::vector<PageCursor> places;
    for (const Delivery& delivery : running.listener().deliveries()) places.push_back(delivery.at);
    CHECK(places == std::vector<PageCursor>{{1, 1}, {1, 3}, {1, 4}, {2, 5}});
    CHECK(running.storage().last_position() == 0);
}

TEST_CASE("of two messages with one key in one commit, the second is the repeat") {
    const TemporaryFolder folder;
    Running running(options_for(folder.file("notifyd.db")));
    Loop& loop = running.add_loop();
    const auto answers =
        loop.append({keyed(Kind::numbered, 1), keyed(Kind::numbered, 1), message(topic("a"), Kind::numbered)});
    CHECK_FALSE(answers[0]->duplicate_of.has_value());
    REQUIRE(answers[1]->duplicate_of.has_value());
    CHECK(answers[1]->sequence == 1);
    CHECK(answers[2]->sequence == 2);
    CHECK(running.storage().stats().commits == 1);
}

TEST_CASE("the window begins with the first message, and ends") {
    const TemporaryFolder folder;
    FakeClock clock;
    Running running(options_for(folder.file("notifyd.db")), &clock);
    Loop& loop = running.add_loop();
    CHECK_FALSE(is_duplicate(loop, keyed(Kind::numbered, 1)));
    clock.advance(window / 2);
    CHECK(is_duplicate(loop, keyed(Kind::numbered, 1)));
    clock.advance(window / 2 - Milliseconds(1));
    CHECK(is_duplicate(loop, keyed(Kind::numbered, 1)));
    clock.advance(Milliseconds(1));
    const auto anew = appended(loop, keyed(Kind::numbered, 1));
    CHECK_FALSE(anew.duplicate_of.has_value());
    CHECK(anew.sequence == 2);
    // The new first message has its own window.
    clock.advance(window - Milliseconds(1));
    CHECK(appended(loop, keyed(Kind::numbered, 1)).sequence == 2);
}

TEST_CASE("a clock that is set neither closes the window nor opens it again") {
    const auto step = GENERATE(Milliseconds(-86'400'000), Milliseconds(86'400'000));
    const TemporaryFolder folder;
    FakeClock clock;
    Running running(options_for(folder.file("notifyd.db")), &clock);
    Loop& loop = running.add_loop();
    CHECK_FALSE(is_duplicate(loop, keyed(Kind::numbered, 1)));
    clock.step(step);
    CHECK(is_duplicate(loop, keyed(Kind::numbered, 1)));
    clock.advance(window - Milliseconds(1));
    CHECK(is_duplicate(loop, keyed(Kind::numbered, 1)));
    clock.advance(Milliseconds(1));
    CHECK_FALSE(is_duplicate(loop, keyed(Kind::numbered, 1)));
}

TEST_CASE("the window survives a restart, after which the wall clock counts") {
    const TemporaryFolder folder;
    const StorageOptions options = options_for(folder.file("notifyd.db"));
    FakeClock clock;
    const auto is_duplicate_after_start = [&] {
        Running running(options, &clock);
        return is_duplicate(running.add_loop(), keyed(Kind::numbered, 1));
    };
    CHECK_FALSE(is_duplicate_after_start());
    clock.advance(window - Milliseconds(1));
    CHECK(is_duplicate_after_start());
    // A first message in the future is within the window.
    clock.step(-3 * window);
    CHECK(is_duplicate_after_start());
    clock.step(3 * window + Milliseconds(1));
    CHECK_FALSE(is_duplicate_after_start());
}

// Seen to fail: with rows that carry the time before the step, the restart closes the window, or keeps it open.
TEST_CASE("the window also survives a clock that was set and then a restart") {
    const auto step = GENERATE(Milliseconds(-86'400'000), Milliseconds(86'400'000));
    const TemporaryFolder folder;
    const StorageOptions options = options_for(folder.file("notifyd.db"));
    FakeClock clock;
    {
        Running running(options, &clock);
        Loop& loop = running.add_loop();
        CHECK_FALSE(is_duplicate(loop, keyed(Kind::numbered, 1)));
        clock.step(step);
        (void)loop.store(message(topic("b"), Kind::numbered));
    }
    clock.advance(window - Milliseconds(1));
    Running running(options, &clock);
    Loop& loop = running.add_loop();
    CHECK(is_duplicate(loop, keyed(Kind::numbered, 1)));
    clock.advance(Milliseconds(1));
    CHECK_FALSE(is_duplicate(loop, keyed(Kind::numbered, 1)));
}

TEST_CASE("a commit that failed takes back the clock's step, and the next one applies it once") {
    // Rows used to be shifted along with the clock; now one offset carries the step, so the window itself is checked.
    const TemporaryFolder folder;
    const std::string path = folder.file("notifyd.db");
    StorageOptions options = options_for(path);
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

// Seen to fail: with rows of the future left as they are, the key stays a duplicate for three more windows.
TEST_CASE("a key dated in the future is remembered for one window after the start") {
    const TemporaryFolder folder;
    const StorageOptions options = options_for(folder.file("notifyd.db"));
    FakeClock clock;
    {
        Running running(options, &clock);
        CHECK_FALSE(is_duplicate(running.add_loop(), keyed(Kind::numbered, 1)));
    }
    clock.step(-3 * window);
    Running running(options, &clock);
    Loop& loop = running.add_loop();
    CHECK(is_duplicate(loop, keyed(Kind::numbered, 1)));
    clock.advance(window);
    CHECK_FALSE(is_duplicate(loop, keyed(Kind::numbered, 1)));
}

TEST_CASE("a commit that failed leaves no key behind") {
    const TemporaryFolder folder;
    const std::string path = folder.file("notifyd.db");
    StorageOptions options = options_for(path);
    options.probe_interval = std::chrono::hours(1);
    Running running(options);
    Loop& loop = running.add_loop();
    Outsider outsider(path);
    outsider.execute(
        "CREATE TRIGGER refuse BEFORE INSERT ON messages WHEN new.head = 'poison' "
        "BEGIN SELECT RAISE(ABORT, 'poisoned'); END");
    const auto answers =
        loop.append({keyed(Kind::numbered, 1), message(topic("a"), Kind::numbered, 0, "poison", key(2))});
    for (const auto& answer : answers) CHECK_FALSE(answer.has_value());
    CHECK_FALSE(is_duplicate(loop, keyed(Kind::numbered, 1)));
    CHECK_FALSE(is_duplicate(loop, keyed(Kind::numbered, 2)));
    CHECK(running.listener().deliveries().size() == 2);
}

TEST_CASE("without a window, keys are ignored, but a standard message with a key is still delivered by its commit") {
    const TemporaryFolder folder;
    const std::string path = folder.file("notifyd.db");
    StorageOptions options = options_for(path, History::off);
    options.deduplication_window = Milliseconds(0);
    Running running(options);
    Loop& loop = running.add_loop();
    CHECK_FALSE(is_duplicate(loop, keyed(Kind::standard, 1)));
    CHECK_FALSE(is_duplicate(loop, keyed(Kind::standard, 1)));
    CHECK(running.listener().deliveries().size() == 2);
    CHECK(Outsider(path).value("SELECT count(*) FROM deduplication") == "0");
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

}  // namespace notifyd::storage::testing
