// A row that was changed on disk is not served, and the log names it.
// Seen to fail: with TopicWalk::intact() always true, every changed row is served.
#include "sqlite_fixture.hpp"

#include <catch2/catch.hpp>

namespace notifyd::storage::sqlite::testing {

TEST_CASE("a changed row is refused and logged, and the others are served") {
    const std::string change = GENERATE(as<std::string>(),
                                        "head = replace(head, '1', '3')",
                                        "counter = 3",
                                        "kind = 2",
                                        "kind = 0",
                                        "kind = 7",
                                        "checksum = NULL",
                                        "checksum = checksum + 1",
                                        "published_at = published_at + 1",
                                        "message_id = zeroblob(16)",
                                        "message_id = x'00'",
                                        "channel = 'Email'",
                                        "channel = ''",
                                        "topic_id = 2",
                                        "position = 4");
    const TemporaryFolder folder;
    const std::string path = folder.file("notifyd.db");
    Running running(path);
    Loop& loop = running.add_loop();
    (void)loop.append({message(topic("a"), Kind::numbered, 10'000),
                       message(topic("b"), Kind::numbered, 10'000),
                       message(topic("a"), Kind::numbered, 11'000, std::string(20'000, '1'))});
    REQUIRE(loop.read(newest(topic("a"), 10))->messages.size() == 2);
    const std::string moved = change == "topic_id = 2" ? "b" : "a";

    Outsider(path).execute("UPDATE messages SET " + change + " WHERE position = 3");
    CAPTURE(change);
    CHECK(loop.read(newest(topic(moved), 1)).error().code == Errc::unavailable);
    CHECK(running.log().count("storage_error") == 1);
    const auto told = std::get<std::string>(running.log().lines().back().fields["what"]);
    const std::string position = change == "position = 4" ? "4" : "3";
    CHECK_THAT(told, Catch::StartsWith("chat:" + moved + ": the message at position " + position + " is damaged"));
    PageQuery oldest = newest(topic(moved), 1);
    oldest.order = PageOrder::oldest_first;
    CHECK(loop.read(oldest)->messages.size() == 1);
    oldest.messages_max = 2;
    CHECK(loop.read(oldest).error().code == Errc::unavailable);
}

// Seen to fail: if skipped rows are not verified, a changed kind or time silently removes a row from what a subscriber
// is owed, or from a range.
TEST_CASE("a change that would hide a row from its readers is noticed") {
    const std::string change = GENERATE(as<std::string>(),
                                        "kind = 0, checksum = NULL",
                                        "kind = 0",
                                        "kind = 2",
                                        "kind = 1 - kind % 2",
                                        "published_at = published_at + 1",
                                        "published_at = published_at - 1");
    const auto kind = GENERATE(Kind::numbered, Kind::unnumbered, Kind::standard);
    const bool is_no_change =
        (kind == Kind::standard && change == "kind = 0") || (kind == Kind::unnumbered && change == "kind = 2");
    if (is_no_change) return;
    const TemporaryFolder folder;
    const std::string path = folder.file("notifyd.db");
    Running running(path);
    Loop& loop = running.add_loop();
    (void)loop.append({message(topic("a"), Kind::numbered, 10'000),
                       message(topic("a"), kind, 10'005),
                       message(topic("a"), Kind::numbered, 10'005),
                       message(topic("a"), Kind::standard, 9'995)});  // disorder that makes ranges search further
    Outsider(path).execute("UPDATE messages SET " + change + " WHERE position = 2");
    CAPTURE(change, static_cast<int>(kind));

    using Kinds = LogWindow::Kinds;
    for (const Kinds kinds : {Kinds::fifo, Kinds::all, Kinds::unnumbered, Kinds::numbered}) {
        if (kinds == Kinds::numbered && kind != Kind::numbered) continue;  // not one of this reader's rows
        PageQuery query = newest(topic("a"), 10);
        query.order = PageOrder::oldest_first;
        query.window = LogWindow{kinds, {9, 9}, {}, 9};
        CAPTURE(static_cast<int>(kinds));
        CHECK(loop.read(query).has_error());
    }
    PageQuery range = newest(topic("a"), 10);
    range.from_time = 10'005;
    range.to_time = 10'005;
    CHECK(loop.read(range).has_error());
    if (kind != Kind::numbered) return;
    PageQuery number = newest(topic("a"), 10);
    number.sequences = {{2, 2}};
    CHECK(loop.read(number).has_error());
    number.order = PageOrder::oldest_first;
    CHECK(loop.read(number).has_error());
}

TEST_CASE("rows older than the checksums are served unchanged, with their numbers") {
    const TemporaryFolder folder;
    const std::string path = folder.file("notifyd.db");
    { Running running(path); }
    {
        // The schema before checksums, with two rows.
        Outsider outsider(path);
        outsider.execute(
            "ALTER TABLE messages DROP COLUMN checksum; ALTER TABLE messages RENAME COLUMN kind TO numbered;"
            "DROP TABLE deduplication; DROP TABLE dead_letters; DROP TABLE tickets; DROP TABLE time_runs;"
            "DROP TABLE dead_letter_recipients; DROP TABLE table_sizes; DROP TABLE user_blocks;"
            "DROP TRIGGER permission_removed; DROP TABLE read_positions;"
            "PRAGMA user_version = 3;"
            "INSERT INTO topics (id, name) VALUES (1, 'chat:a');"
            "INSERT INTO messages VALUES (1, 1, 1, 1, zeroblob(16), 5, NULL, '{\"a\":1');"
            "INSERT INTO messages VALUES (2, 1, 1, 0, zeroblob(16), 6, NULL, '{\"b\":2');");
    }
    Running running(path);
    Loop& loop = running.add_loop();
    const auto page = loop.read(newest(topic("a"), 10));
    REQUIRE(page.has_value());
    REQUIRE(page->messages.size() == 2);
    CHECK(page->messages[0].head == "{\"b\":2");
    CHECK(page->messages[0].type == MessageType::standard);
    CHECK(page->messages[1].sequence == 1);
    CHECK(loop.store(message(topic("a"), Kind::numbered)) == 2);
    // Any later row without a checksum is damaged.
    Outsider(path).execute("UPDATE messages SET checksum = NULL WHERE position = 3");
    CHECK(loop.read(newest(topic("a"), 1)).has_error());
    PageQuery oldest = newest(topic("a"), 2);
    oldest.order = PageOrder::oldest_first;
    CHECK(loop.read(oldest)->messages.size() == 2);
}

}  // namespace notifyd::storage::sqlite::testing
