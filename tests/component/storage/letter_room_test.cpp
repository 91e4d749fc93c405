// One user's dead letters leave room for others: while they wait for their commit, and once they are stored.
// Seen to fail before there were counts per recipient: one user's 10,000 letters kept everybody else's out, and letters
// waiting for their commit took up all the room.
#include "../../../src/storage/admission.hpp"
#include "contract_fixture.hpp"
#include "support/storage/dead_letters.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

namespace notifyd::storage::testing {

namespace {

// The numbers of a user's letters.
std::vector<std::uint32_t> letters_of(Loop& loop, const std::string& user) {
    const auto page = loop.ask<DeadLetterPage>([](StorageClient& client, auto done) {
        client.letters().list({std::nullopt, std::nullopt, 20'000, false}, std::move(done));
    });
    REQUIRE(page.has_value());
    REQUIRE_FALSE(page->more);
    std::vector<std::uint32_t> numbers;
    for (const DeadLetter& letter : page->letters) {
        if (letter.user == UserId(user)) numbers.push_back(letter.attempts);
    }
    return numbers;
}

}  // namespace

TEST_CASE("one user's dead letters take nobody else's room") {
    const TestDatabase database;
    TestOptions options;
    options.history = History::off;
    Running running(database, options);
    Loop& loop = running.add_loop();
    const auto count = [&](const std::string& user) { return letters_of(loop, user).size(); };
    loop.post([](StorageClient& client) { client.letter_sink().add(letter_of("early", 0)); });
    constexpr int part = 500;
    int number = 0;
    for (int turn = 0; turn < 21; ++turn) {
        loop.post([first = number](StorageClient& client) {
            for (int i = 1; i <= part; ++i) client.letter_sink().add(letter_of("greedy", first + i));
        });
        number += part;
        const auto wanted = static_cast<std::size_t>(std::min(number, 10'000));
        REQUIRE(eventually([&] { return count("greedy") >= wanted; }));
    }
    loop.post([](StorageClient& client) { client.letter_sink().add(letter_of("late", 20'000)); });
    REQUIRE(eventually([&] { return count("late") == 1; }));
    CHECK(count("early") == 1);
    CHECK(count("greedy") == 10'000);
    const auto greedy = letters_of(loop, "greedy");
    CHECK(*std::min_element(greedy.begin(), greedy.end()) == 501);
    // The rows are visible before the event is emitted.
    CHECK(eventually([&] { return running.log().count("dead_letters_gave_way") > 0; }));
    CHECK(running.log().count("dead_letters_dropped") == 0);
}

TEST_CASE("one user's letters waiting for their commit leave room for others") {
    const TestDatabase database;
    Running running(database);
    Loop& loop = running.add_loop();
    auto pause = database.pause_commits();
    std::promise<void> added;
    loop.post([&](StorageClient& client) {
        for (int i = 0; i < 12'000; ++i) client.letter_sink().add(letter_of("greedy", i));
        for (int i = 0; i < 100; ++i) client.letter_sink().add(letter_of("modest", 20'000 + i));
        added.set_value();
    });
    added.get_future().wait();
    pause.reset();
    const auto count = [&](const std::string& user) { return letters_of(loop, user).size(); };
    CHECK(eventually([&] { return count("modest") == 100; }));
    CHECK(count("greedy") == 3'333);
    CHECK(running.log().count("dead_letters_dropped") > 0);
    // Their room is free again.
    loop.post([&](StorageClient& client) {
        for (int i = 0; i < 3'000; ++i) client.letter_sink().add(letter_of("greedy", 30'000 + i));
    });
    CHECK(eventually([&] { return count("greedy") == 6'333; }));
}

TEST_CASE("the room for waiting letters is also shared by bytes, and never at the publishers' expense") {
    Admission admission(10, 256 * 1024 * 1024);
    const std::string large(256 * 1024, 'x');
    int greedy = 0;
    while (greedy < 1'000 && admission.admit_letter(letter_of("greedy", greedy, large)).has_value()) ++greedy;
    CHECK(greedy > 50);
    CHECK(greedy < 100);
    CHECK(admission.has_room(1));
    CHECK(admission.admit_letter(letter_of("modest", 0, large)).has_value());
    // However many users there are.
    for (int user = 0; user < 100; ++user) {
        int own = 0;
        const auto admit = [&] { return admission.admit_letter(letter_of("u" + std::to_string(user), own, large)); };
        while (own < 1'000 && admit().has_value()) ++own;
        CHECK(own < 1'000);
    }
    CHECK(admission.has_room(1));
    CHECK(admission.bytes() <= std::size_t{65} * 1024 * 1024);
    CHECK(admission.admit(1));
}

}  // namespace notifyd::storage::testing
