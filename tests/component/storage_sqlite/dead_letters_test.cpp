// Dead letters of damaged messages, and the file that shrinks when rows are deleted.
#include "support/storage/dead_letters.hpp"

#include "sqlite_fixture.hpp"

#include <catch2/catch.hpp>

namespace notifyd::storage::sqlite::testing {

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

}  // namespace notifyd::storage::sqlite::testing
