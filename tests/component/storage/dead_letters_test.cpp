// Dead letters: stored, listed with their messages, removed and expired; and the file that shrinks when rows are
// deleted.
#include "storage_fixture.hpp"

#include <catch2/catch.hpp>

namespace notifyd::storage::testing {

namespace {

Uuid letter_id(int number) {
    return make_uuid_v7(1'000 + number, {});
}

DeadLetter letter_for(int number, const MessagePtr& missed, const std::string& queue = "fifo") {
    return {.id = letter_id(number),
            .queue = queue,
            .message = missed->id,
            .topic = missed->topic,
            .sequence = 7,
            .connection = ConnectionId(Uuid{{1, 2, 3}}),
            .user = UserId("receiver"),
            .reason = "buffer full",
            .attempts = 3,
            .first_failed_at = 100 + number,
            .last_failed_at = 200 + number,
            .head = missed->head};
}

class Letters {
  public:
    explicit Letters(Loop& loop) : loop_(loop) {}

    void add(std::vector<DeadLetter> letters) {
        loop_.post([letters = std::move(letters)](StorageClient& client) {
            for (const DeadLetter& letter : letters) client.letter_sink().add(letter);
        });
    }
    DeadLetterPage list(const ports::DeadLetterQuery& query) {
        const auto page = loop_.ask<DeadLetterPage>(
            [&](StorageClient& client, auto done) { client.letters().list(query, std::move(done)); });
        REQUIRE(page.has_value());
        return *page;
    }
    std::vector<int> numbers(const ports::DeadLetterQuery& query) {
        std::vector<int> found;
        for (const DeadLetter& letter : list(query).letters) {
            found.push_back(static_cast<int>(uuid_v7_epoch_ms(letter.id) - 1'000));
        }
        return found;
    }
    std::optional<DeadLetter> find(int number) {
        const auto found = loop_.ask<std::optional<DeadLetter>>(
            [&](StorageClient& client, auto done) { client.letters().find(letter_id(number), std::move(done)); });
        REQUIRE(found.has_value());
        return *found;
    }
    bool remove(int number) {
        const auto removed = loop_.ask<bool>(
            [&](StorageClient& client, auto done) { client.letters().remove(letter_id(number), std::move(done)); });
        REQUIRE(removed.has_value());
        return *removed;
    }
    void failed_again(int number, EpochMs at, const std::string& reason) {
        REQUIRE(loop_
                    .ask<void>([&](StorageClient& client, auto done) {
                        client.letters().failed_again(letter_id(number), at, reason, std::move(done));
                    })
                    .has_value());
    }
    std::size_t expire(EpochMs cutoff, std::size_t rows_max) {
        const auto deleted = loop_.ask<std::size_t>([&](StorageClient& client, auto done) {
            client.letters().delete_expired(cutoff, rows_max, std::move(done));
        });
        REQUIRE(deleted.has_value());
        return *deleted;
    }
    std::size_t reclaim(std::size_t pages_max) {
        const auto given = loop_.ask<std::size_t>(
            [=](StorageClient& client, auto done) { client.disk().reclaim(pages_max, std::move(done)); });
        REQUIRE(given.has_value());
        return *given;
    }

  private:
    Loop& loop_;
};

const ports::DeadLetterQuery all{std::nullopt, std::nullopt, 100, false};

}  // namespace

TEST_CASE("a dead letter is read back unchanged, with its message from the log") {
    const TemporaryFolder folder;
    const std::string path = folder.file("notifyd.db");
    Running running(path);
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
    Outsider outsider(path);
    CHECK(outsider.value("SELECT count(head) FROM dead_letters") == "0");  // it is in the log
    CHECK_FALSE(letters.find(300).has_value());

    REQUIRE(loop.expire(2'000'000, 1'000).has_value());
    REQUIRE(letters.find(5).has_value());
    CHECK_FALSE(letters.find(5)->head.has_value());
}

// Seen to fail: if a damaged message fails the read, the list gets no answer.
TEST_CASE("a dead letter of a damaged message is listed without it, and the damage is logged") {
    const TemporaryFolder folder;
    const std::string path = folder.file("notifyd.db");
    Running running(path);
    Loop& loop = running.add_loop();
    Letters letters(loop);
    const std::vector<MessagePtr> missed{message(topic("a"), Kind::numbered, 10'000),
                                         message(topic("a"), Kind::numbered, 11'000)};
    (void)loop.append(missed);
    letters.add({letter_for(1, missed[0]), letter_for(2, missed[1])});
    REQUIRE(eventually([&] { return letters.find(2).has_value(); }));
    Outsider(path).execute("UPDATE messages SET head = 'other' WHERE position = 1");
    const auto page = letters.list(all);
    REQUIRE(page.letters.size() == 2);
    CHECK_FALSE(page.letters[0].head.has_value());
    CHECK(page.letters[1].head == missed[1]->head);
    CHECK(running.log().count("storage_error") == 1);
    REQUIRE(letters.find(1).has_value());
    CHECK_FALSE(letters.find(1)->head.has_value());
}

TEST_CASE("without a history a dead letter keeps its message") {
    const TemporaryFolder folder;
    StorageOptions options = Running::options_for(folder.file("notifyd.db"));
    options.history = History::off;
    Running running(options);
    Letters letters(running.add_loop());
    letters.add({letter_for(1, message(topic("a"), Kind::numbered, 0, "{\"kept\":1"))});
    CHECK(eventually([&] { return letters.find(1).has_value(); }));
    CHECK(letters.find(1)->head == "{\"kept\":1");
}

TEST_CASE("dead letters are listed oldest first, by queue, by mark, page by page") {
    const TemporaryFolder folder;
    const std::string path = folder.file("notifyd.db");
    Running running(path);
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

    Outsider(path).execute("UPDATE dead_letters SET marked = 1 WHERE attempts = 3 AND last_failed_at IN (202, 203)");
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
    const TemporaryFolder folder;
    StorageOptions options = Running::options_for(folder.file("notifyd.db"));
    options.history = History::off;
    Running running(options);
    Letters letters(running.add_loop());
    const std::string head(limits::page_bytes_max / 2 + 1, 'x');
    for (int i = 0; i < 3; ++i) letters.add({letter_for(i, message(topic("a"), Kind::numbered, 0, head))});
    CHECK(eventually([&] { return letters.find(2).has_value(); }));
    CHECK(letters.numbers(all) == std::vector{0});
    CHECK(letters.list(all).more);
}

TEST_CASE("dead letters expire by their last failure, oldest first, a bounded number at a time") {
    const TemporaryFolder folder;
    Running running(folder.file("notifyd.db"));
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
    const TemporaryFolder folder;
    const std::string path = folder.file("notifyd.db");
    Running running(path);
    Loop& loop = running.add_loop();
    const MessagePtr missed = message(topic("a"), Kind::numbered);
    Outsider outsider(path);
    outsider.execute("BEGIN IMMEDIATE");
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
    outsider.execute("COMMIT");
    CHECK(loop.store(message(topic("a"), Kind::numbered)) == 1);
    CHECK(eventually([&] { return outsider.value("SELECT count(*) FROM dead_letters") == std::to_string(bound); }));
}

TEST_CASE("the file shrinks after a big deletion, and is left alone otherwise") {
    const TemporaryFolder folder;
    const std::string path = folder.file("notifyd.db");
    Running running(path);
    Loop& loop = running.add_loop();
    Letters disk(loop);
    CHECK(disk.reclaim(64) == 0);
    // 32 MiB: slightly more than 4,096 pages.
    for (int turn = 0; turn < 32; ++turn) {
        std::vector<MessagePtr> messages;
        for (int i = 0; i < 64; ++i) {
            messages.push_back(message(topic("a"), Kind::numbered, turn + 1, std::string(16'000, 'x')));
        }
        for (const auto& answer : loop.append(messages)) REQUIRE(answer.has_value());
    }
    CHECK(disk.reclaim(64) == 0);
    // A quarter of its content.
    REQUIRE(*loop.expire(5, 2'048) == 256);
    CHECK(disk.reclaim(64) == 0);
    REQUIRE(*loop.expire(31, 2'048) == 1'664);
    CHECK(disk.reclaim(64) == 64);
    while (disk.reclaim(64) == 64) {
    }
    CHECK(disk.reclaim(64) == 0);
    // What remains: the last 128 messages, 256 pages, and up to 512 free ones. If a checkpoint is in progress when the
    // last page is freed, the checkpoint after a later commit truncates the file.
    CHECK(eventually([&] {
        (void)loop.store(message(topic("b"), Kind::standard, 33));
        return std::filesystem::file_size(path) < 8 * 1024 * 1024;
    }));
    Outsider outsider(path);
    CHECK(outsider.value("PRAGMA integrity_check") == "ok");
    CHECK(outsider.value("SELECT count(*) FROM messages WHERE published_at < 33") == "128");
    CHECK(loop.store(message(topic("a"), Kind::numbered)) == 2'049);
}

TEST_CASE("slices of a deletion and publishes take turns, and the numbers of an emptied chat continue") {
    const TemporaryFolder folder;
    const std::string path = folder.file("notifyd.db");
    Running running(path);
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
    CHECK(Outsider(path).value("SELECT count(*) FROM messages WHERE published_at < 1000") == "0");
    CHECK(loop.store(message(topic("old"), Kind::numbered, 3'000)) == 5'001);
}

}  // namespace notifyd::storage::testing
