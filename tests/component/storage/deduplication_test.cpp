// Keys are remembered for the window, and no longer; with and without history, across restarts and clock steps.
// Seen to fail: with a commit behind every key, rolled-back keys stay; with the wall clock as the window's clock, its
// steps close the window and open it again; with fewer rows deleted than inserted, the table grows.
#include "contract_fixture.hpp"
#include "support/fake_clock.hpp"
#include "support/storage/keyed_messages.hpp"

#include <catch2/catch.hpp>

namespace notifyd::storage::testing {

namespace {

using notifyd::testing::FakeClock;

TestOptions options_with(History history) {
    TestOptions options;
    options.deduplication_window = window;
    options.history = history;
    return options;
}

}  // namespace

TEST_CASE("a repeat is answered with the first message, and is neither stored nor delivered") {
    const auto history = GENERATE(History::keep, History::off);
    const auto kind = GENERATE(Kind::standard, Kind::numbered, Kind::unnumbered);
    const TestDatabase database;
    Running running(database, options_with(history));
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
    CHECK(loop.read(newest(topic("a"), 10))->messages.size() == (history == History::keep ? 2 : 0));
}

TEST_CASE("messages delivered by the commit have their positions") {
    const TestDatabase database;
    Running running(database, options_with(History::keep));
    Loop& loop = running.add_loop();
    (void)loop.append({keyed(Kind::numbered, 1),
                       message(topic("a"), Kind::standard),
                       keyed(Kind::standard, 2),
                       message(topic("a"), Kind::unnumbered),
                       message(topic("a"), Kind::numbered)});
    std::vector<PageCursor> places;
    for (const Delivery& delivery : running.listener().deliveries()) places.push_back(delivery.at);
    CHECK(places == std::vector<PageCursor>{{1, 1}, {1, 3}, {1, 4}, {2, 5}});
    CHECK(running.storage().engine().last_position() == 0);
}

TEST_CASE("of two messages with one key in one commit, the second is the repeat") {
    const TestDatabase database;
    Running running(database, options_with(History::keep));
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
    const TestDatabase database;
    FakeClock clock;
    Running running(database, options_with(History::keep), &clock);
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
    const TestDatabase database;
    FakeClock clock;
    Running running(database, options_with(History::keep), &clock);
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
    const TestDatabase database;
    const TestOptions options = options_with(History::keep);
    FakeClock clock;
    const auto is_duplicate_after_start = [&] {
        Running running(database, options, &clock);
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
    const TestDatabase database;
    const TestOptions options = options_with(History::keep);
    FakeClock clock;
    {
        Running running(database, options, &clock);
        Loop& loop = running.add_loop();
        CHECK_FALSE(is_duplicate(loop, keyed(Kind::numbered, 1)));
        clock.step(step);
        (void)loop.store(message(topic("b"), Kind::numbered));
    }
    clock.advance(window - Milliseconds(1));
    Running running(database, options, &clock);
    Loop& loop = running.add_loop();
    CHECK(is_duplicate(loop, keyed(Kind::numbered, 1)));
    clock.advance(Milliseconds(1));
    CHECK_FALSE(is_duplicate(loop, keyed(Kind::numbered, 1)));
}

// Seen to fail: with rows of the future left as they are, the key stays a duplicate for three more windows.
TEST_CASE("a key dated in the future is remembered for one window after the start") {
    const TestDatabase database;
    const TestOptions options = options_with(History::keep);
    FakeClock clock;
    {
        Running running(database, options, &clock);
        CHECK_FALSE(is_duplicate(running.add_loop(), keyed(Kind::numbered, 1)));
    }
    clock.step(-3 * window);
    Running running(database, options, &clock);
    Loop& loop = running.add_loop();
    CHECK(is_duplicate(loop, keyed(Kind::numbered, 1)));
    clock.advance(window);
    CHECK_FALSE(is_duplicate(loop, keyed(Kind::numbered, 1)));
}

TEST_CASE("a commit that failed leaves no key behind") {
    const TestDatabase database;
    TestOptions options = options_with(History::keep);
    options.probe_interval = std::chrono::hours(1);
    Running running(database, options);
    Loop& loop = running.add_loop();
    database.refuse_poison();
    const auto answers =
        loop.append({keyed(Kind::numbered, 1), message(topic("a"), Kind::numbered, 0, "poison", key(2))});
    for (const auto& answer : answers) CHECK_FALSE(answer.has_value());
    CHECK_FALSE(is_duplicate(loop, keyed(Kind::numbered, 1)));
    CHECK_FALSE(is_duplicate(loop, keyed(Kind::numbered, 2)));
    CHECK(running.listener().deliveries().size() == 2);
}

TEST_CASE("without a window, keys are ignored, but a standard message with a key is still delivered by its commit") {
    const TestDatabase database;
    TestOptions options = options_with(History::off);
    options.deduplication_window = Milliseconds(0);
    Running running(database, options);
    Loop& loop = running.add_loop();
    CHECK_FALSE(is_duplicate(loop, keyed(Kind::standard, 1)));
    CHECK_FALSE(is_duplicate(loop, keyed(Kind::standard, 1)));
    CHECK(running.listener().deliveries().size() == 2);
}

}  // namespace notifyd::storage::testing
