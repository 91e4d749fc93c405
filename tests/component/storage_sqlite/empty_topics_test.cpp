// Retention deletes topics of which nothing is left; those that have assigned a number stay. Seen to fail before: every
// topic ever written to kept its row.
#include "../../../src/storage_sqlite/topic_table.hpp"
#include "migrated_database.hpp"

#include <catch2/catch.hpp>

namespace notifyd::storage::sqlite::testing {

namespace {

void append_to(Loop& loop, const std::string& id, Kind kind, EpochMs at) {
    REQUIRE(loop.append({message(topic(id), kind, at)}).front().has_value());
}

std::string names(Outsider& outsider) {
    return outsider.value("SELECT coalesce(group_concat(name), '') FROM (SELECT name FROM topics ORDER BY name)");
}

}  // namespace

TEST_CASE("a topic without messages and numbers is deleted, one that has assigned a number keeps counting") {
    const TemporaryFolder folder;
    const std::string path = folder.file("notifyd.db");
    {
        Running running(path);
        Loop& loop = running.add_loop();
        Outsider outsider(path);
        append_to(loop, "standard", Kind::standard, 1'000);
        append_to(loop, "unnumbered", Kind::unnumbered, 1'000);
        append_to(loop, "numbered", Kind::numbered, 1'000);
        append_to(loop, "both", Kind::standard, 1'000);
        append_to(loop, "both", Kind::numbered, 1'000);
        append_to(loop, "fresh", Kind::standard, 9'000);
        REQUIRE(*loop.expire(500, 100) == 0);
        CHECK(names(outsider) == "chat:both,chat:fresh,chat:numbered,chat:standard,chat:unnumbered");
        REQUIRE(*loop.expire(5'000, 100) == 5);
        CHECK(names(outsider) == "chat:both,chat:fresh,chat:numbered");

        CHECK(loop.store(message(topic("numbered"), Kind::numbered, 9'000)) == 2);
        CHECK(loop.store(message(topic("both"), Kind::numbered, 9'000)) == 2);
        // Its row is created again, and it has never had a number.
        append_to(loop, "standard", Kind::standard, 9'000);
        CHECK(loop.store(message(topic("standard"), Kind::numbered, 9'000)) == 1);
        const auto page = loop.read(newest(topic("standard"), 10));
        REQUIRE(page.has_value());
        CHECK(page->messages.size() == 2);
    }
    Running again(path);
    Loop& loop = again.add_loop();
    REQUIRE(loop.expire(99'000, 100).has_value());
    Outsider outsider(path);
    CHECK(names(outsider) == "chat:both,chat:numbered,chat:standard");
    CHECK(loop.store(message(topic("numbered"), Kind::numbered, 99'000)) == 3);
    CHECK(loop.store(message(topic("standard"), Kind::numbered, 99'000)) == 2);
}

TEST_CASE("many empty topics are deleted in slices, including those of an older database") {
    const TemporaryFolder folder;
    const std::string path = folder.file("notifyd.db");
    Running running(path);
    Loop& loop = running.add_loop();
    append_to(loop, "kept", Kind::standard, 9'000);
    Outsider outsider(path);
    outsider.execute(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) "
        "INSERT INTO topics (name, last_sequence) SELECT 'user:' || i, i % 10 = 0 FROM n");
    const auto left = [&] { return std::stoi(outsider.value("SELECT count(*) FROM topics")); };
    int before = left();
    REQUIRE(before == 5'001);
    int slices = 0;
    for (int now = 0; now != 501 && slices < 20; ++slices) {
        REQUIRE(loop.expire(1'000, 500).has_value());
        now = left();
        CHECK(before - now <= 500);
        before = now;
    }
    CHECK(slices == 9);
    // Round after round.
    REQUIRE(loop.expire(1'000, 500).has_value());
    outsider.execute("INSERT INTO topics (id, name) VALUES (2, 'user:first')");
    for (int round = 0; round < 2; ++round) REQUIRE(loop.expire(1'000, 500).has_value());
    CHECK(left() == 501);
    CHECK(loop.read(newest(topic("kept"), 10))->messages.size() == 1);
}

TEST_CASE("topics in memory are bounded, and those in use survive a flood of others") {
    MigratedDatabase migrated;
    Database& database = migrated.database;
    REQUIRE(database.execute("PRAGMA synchronous = OFF; BEGIN"));
    TopicTable topics(database, 100);
    Topic* const busy = topics.find_or_add(topic("busy"));
    REQUIRE(busy != nullptr);
    busy->counter = 7;  // only in memory: lost with the entry if it were evicted
    for (int i = 0; i < 2'000; ++i) {
        REQUIRE(topics.find_or_add(topic(std::to_string(i))) != nullptr);
        REQUIRE(topics.cached() <= 200);
        if (i % 50 == 0) {
            Topic* const found = topics.find_or_add(topic("busy"));
            REQUIRE(found != nullptr);
            CHECK(found->counter == 7);
        }
    }
    topics.forget("chat:busy");
    CHECK(topics.find_or_add(topic("busy"))->counter == 0);
    topics.forget();
    CHECK(topics.cached() == 0);
    REQUIRE(database.execute("COMMIT"));
}

}  // namespace notifyd::storage::sqlite::testing
