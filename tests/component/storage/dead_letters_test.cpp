// Dead letters: stored, listed with their messages, removed and expired.
#include "support/storage/dead_letters.hpp"

#include "contract_fixture.hpp"

#include <catch2/catch.hpp>

namespace notifyd::storage::testing {

TEST_CASE("a dead letter is read back unchanged, with its message from the log") {
    const TestDatabase database;
    Running running(database);
    Loop& loop = running.add_loop();
    Letters letters(loop);
    std::vector<MessagePtr> messages;
    for (int i = 0; i < 300; ++i) {
        // Publish times that contradict the commit order, as with concurrent publishers.
        const EpochMs time = 1'000'000 + i * 10 + (i % 7) * 140;
        const auto kind = i % 3 == 0 ? Kind::standard : i % 3 == 1 ? Kind::numbered : Kind::unnumbered;
        messages.push_back(message(topic(i % 10 == 0 ? "b" : "a"), kind, time, "{\"n\":" + std::to_string(i)));
    }
    for (const auto& answer : loop.append(messages)) REQUIRE(answer.has_value());
    std::vector<DeadLetter> added;
    for (int i = 0; i < 300; ++i) added.push_back(letter_for(i, messages[static_cast<std::size_t>(i)]));
    letters.add(added);
    CHECK(eventually([&] { return letters.find(299).has_value(); }));

    for (int i = 0; i < 300; ++i) {
        const DeadLetter& wanted = added[static_cast<std::size_t>(i)];
        const auto found = letters.find(i);
        CAPTURE(i);
        REQUIRE(found.has_value());
        CHECK(found->queue == wanted.queue);
        CHECK(found->message == wanted.message);
        CHECK(found->topic == wanted.topic);
        CHECK(found->sequence == wanted.sequence);
        CHECK(found->connection == wanted.connection);
        CHECK(found->user == wanted.user);
        CHECK(found->reason == wanted.reason);
        CHECK(found->attempts == wanted.attempts);
        CHECK(found->first_failed_at == wanted.first_failed_at);
        CHECK(found->last_failed_at == wanted.last_failed_at);
        CHECK(found->head == wanted.head);
    }
    CHECK_FALSE(letters.find(300).has_value());

    REQUIRE(loop.expire(2'000'000, 1'000).has_value());
    REQUIRE(letters.find(5).has_value());
    CHECK_FALSE(letters.find(5)->head.has_value());
}

TEST_CASE("without a history a dead letter keeps its message") {
    const TestDatabase database;
    TestOptions options;
    options.history = History::off;
    Running running(database, options);
    Letters letters(running.add_loop());
    letters.add({letter_for(1, message(topic("a"), Kind::numbered, 0, "{\"kept\":1"))});
    CHECK(eventually([&] { return letters.find(1).has_value(); }));
    CHECK(letters.find(1)->head == "{\"kept\":1");
}

TEST_CASE("dead letters are listed oldest first, by queue, by mark, page by page") {
    const TestDatabase database;
    Running running(database);
    Letters letters(running.add_loop());
    const MessagePtr missed = message(topic("a"), Kind::numbered);
    for (const int i : {3, 1, 4, 2, 5}) letters.add({letter_for(i, missed, i % 2 == 0 ? "standard" : "fifo")});
    CHECK(eventually([&] { return letters.numbers(all).size() == 5; }));
    CHECK(letters.numbers(all) == std::vector{1, 2, 3, 4, 5});
    CHECK_FALSE(letters.list(all).more);

    ports::DeadLetterQuery query{std::nullopt, std::nullopt, 2, false};
    CHECK(letters.numbers(query) == std::vector{1, 2});
    CHECK(letters.list(query).more);
    query.after = letter_id(4);
    CHECK(letters.numbers(query) == std::vector{5});
    query = {"standard", std::nullopt, 100, false};
    CHECK(letters.numbers(query) == std::vector{2, 4});
    query.after = letter_id(2);
    CHECK(letters.numbers(query) == std::vector{4});

    for (const int number : {2, 3}) database.mark_letter(letter_id(number));
    query = {std::nullopt, std::nullopt, 100, true};
    CHECK(letters.numbers(query) == std::vector{2, 3});
    query.queue = "fifo";
    CHECK(letters.numbers(query) == std::vector{3});

    // A redrive that reached nobody.
    letters.failed_again(3, 999, "nobody is connected");
    CHECK(letters.numbers(query).empty());
    CHECK(letters.find(3)->attempts == 4);
    CHECK(letters.find(3)->first_failed_at == 103);
    CHECK(letters.find(3)->last_failed_at == 999);
    CHECK(letters.find(3)->reason == "nobody is connected");
    letters.failed_again(77, 999, "it is gone");

    CHECK(letters.remove(3));
    CHECK_FALSE(letters.remove(3));
    CHECK(letters.numbers(all) == std::vector{1, 2, 4, 5});
}

TEST_CASE("a page of dead letters ends before its messages are too large") {
    const TestDatabase database;
    TestOptions options;
    options.history = History::off;
    Running running(database, options);
    Letters letters(running.add_loop());
    const std::string head(limits::page_bytes_max / 2 + 1, 'x');
    for (int i = 0; i < 3; ++i) letters.add({letter_for(i, message(topic("a"), Kind::numbered, 0, head))});
    CHECK(eventually([&] { return letters.find(2).has_value(); }));
    CHECK(letters.numbers(all) == std::vector{0});
    CHECK(letters.list(all).more);
}

TEST_CASE("dead letters expire by their last failure, oldest first, a bounded number at a time") {
    const TestDatabase database;
    Running running(database);
    Letters letters(running.add_loop());
    const MessagePtr missed = message(topic("a"), Kind::numbered);
    std::vector<DeadLetter> added;
    for (int i = 0; i < 10; ++i) added.push_back(letter_for(i, missed));
    added[0].last_failed_at = 500;
    letters.add(added);
    CHECK(eventually([&] { return letters.numbers(all).size() == 10; }));
    CHECK(letters.expire(206, 3) == 3);
    CHECK(letters.numbers(all) == std::vector{0, 4, 5, 6, 7, 8, 9});
    CHECK(letters.expire(206, 3) == 2);
    CHECK(letters.expire(206, 3) == 0);
    CHECK(letters.numbers(all) == std::vector{0, 6, 7, 8, 9});
}

TEST_CASE("dead letters beyond their limit are dropped with an event, and publishers are still served") {
    const TestDatabase database;
    Running running(database);
    Loop& loop = running.add_loop();
    const MessagePtr missed = message(topic("a"), Kind::numbered);
    auto pause = database.pause_commits();
    constexpr int bound = 10'000;
    std::promise<bool> room;
    loop.post([&](StorageClient& client) {
        for (int i = 0; i < bound + 3; ++i) {
            DeadLetter letter = letter_for(i, missed);
            letter.user = UserId("u" + std::to_string(i));  // a single user may not take all the room
            client.letter_sink().add(std::move(letter));
        }
        room.set_value(client.messages().has_room(1));
    });
    CHECK(room.get_future().get());
    CHECK(running.log().count("dead_letters_dropped") == 3);
    pause.reset();
    CHECK(loop.store(message(topic("a"), Kind::numbered)) == 1);
    Letters letters(loop);
    CHECK(eventually([&] { return letters.numbers({std::nullopt, std::nullopt, 2 * bound, false}).size() == bound; }));
}

TEST_CASE("slices of a deletion and publishes take turns, and the numbers of an emptied chat continue") {
    const TestDatabase database;
    Running running(database);
    Loop& loop = running.add_loop();
    std::vector<MessagePtr> messages;
    for (int i = 0; i < 5'000; ++i) messages.push_back(message(topic("old"), Kind::numbered, 1));
    for (const auto& answer : loop.append(messages)) REQUIRE(answer.has_value());

    // A publish that is made along with a slice waits only for that slice.
    std::size_t slices = 0;
    for (std::size_t deleted = limits::retention_slice_rows; deleted == limits::retention_slice_rows; ++slices) {
        std::promise<std::size_t> published_behind;
        std::promise<std::size_t> sliced;
        std::size_t ended = 0;
        loop.post([&](StorageClient& client) {
            client.messages().append(message(topic("new"), Kind::numbered, 2'000),
                                     [&](auto) { published_behind.set_value(ended); });
            client.messages().delete_expired(1'000, limits::retention_slice_rows, [&](Result<std::size_t> count) {
                ++ended;
                sliced.set_value(count.has_value() ? *count : 0);
            });
        });
        deleted = sliced.get_future().get();
        CHECK(deleted <= limits::retention_slice_rows);
        CHECK(published_behind.get_future().get() == 0);
    }
    CHECK(slices == 11);
    CHECK(loop.read(newest(topic("old"), 10))->messages.empty());
    CHECK(loop.store(message(topic("old"), Kind::numbered, 3'000)) == 5'001);
}

}  // namespace notifyd::storage::testing
