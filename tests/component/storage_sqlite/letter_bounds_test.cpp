// Whose dead letters are evicted if there are too many: the recipient's own, oldest first, and nobody else's.
// Seen to fail before there were counts per recipient: one user's 10,000 letters kept everybody else's out, letters
// waiting for their commit took up all the room, and a table with a gap between its row numbers counted as full.
#include "notifyd/storage_sqlite/dead_letter_file.hpp"

#include "../../../src/storage_sqlite/dead_letter_table.hpp"
#include "migrated_database.hpp"
#include "support/storage/dead_letters.hpp"

#include <catch2/catch.hpp>

namespace notifyd::storage::sqlite::testing {

namespace {

// The table without threads, as the storage thread uses it.
class Table {
  public:
    explicit Table(LetterBounds bounds, History history = History::keep) : bounds_(bounds), history_(history) {
        open();
    }

    // As after a restart.
    void open() {
        table_ = std::make_unique<DeadLetterTable>(database_, history_, bounds_);
        REQUIRE(database_.prepare_error().empty());
    }
    void add(const std::string& user, int count, std::string head = "{", const std::string& queue = "fifo") {
        for (int i = 0; i < count; ++i) {
            DeadLetter letter = letter_of(user, ++last_, head, queue);
            letter.id = ids_.time_ordered(1'000);
            REQUIRE(table_->add(letter));
        }
    }
    // The numbers of a user's letters, in order of arrival.
    std::vector<std::int64_t> of(const std::string& user, const std::string& queue = "fifo") {
        Statement rows(database_, "SELECT attempts FROM dead_letters WHERE user = ?1 AND queue = ?2 ORDER BY rowid");
        rows.bind_text(1, user).bind_text(2, queue);
        std::vector<std::int64_t> found;
        while (rows.step() == Step::row) found.push_back(rows.integer(0));
        return found;
    }
    // Compares the counts kept by triggers with the rows.
    void check_counts() {
        const char* wrong =
            "SELECT count(*) FROM (SELECT user, shared_queue, count(*) AS n, sum(bytes) AS b FROM dead_letters "
            "GROUP BY 1, 2 EXCEPT SELECT user, queue, letters, bytes FROM dead_letter_recipients)";
        CHECK(database_.query_integer(wrong) == 0);
        CHECK(database_.query_integer("SELECT count(*) FROM dead_letter_recipients") ==
              database_.query_integer("SELECT count(DISTINCT user || '/' || shared_queue) FROM dead_letters"));
        CHECK(database_.query_integer("SELECT entries FROM table_sizes WHERE name = 'dead_letters'") ==
              database_.query_integer("SELECT count(*) FROM dead_letters"));
        CHECK(database_.query_integer("SELECT bytes FROM table_sizes WHERE name = 'dead_letters'") ==
              database_.query_integer("SELECT coalesce(sum(bytes), 0) FROM dead_letters"));
    }

    [[nodiscard]] std::string path() const { return migrated_.path; }
    Database& database() { return database_; }
    DeadLetterTable& table() { return *table_; }

  private:
    MigratedDatabase migrated_;
    Database& database_ = migrated_.database;
    const LetterBounds bounds_;
    const History history_;
    SystemIdSource ids_;
    std::unique_ptr<DeadLetterTable> table_;
    int last_ = 0;
};

using Numbers = std::vector<std::int64_t>;

}  // namespace

TEST_CASE("a recipient's oldest letters are evicted for newer ones") {
    Table table({.letters_of_recipient = 3, .bytes_of_recipient = 0, .bytes_in_all = 0});
    table.add("a", 2);
    table.add("b", 1);
    table.add("a", 4);
    CHECK(table.of("a") == Numbers{5, 6, 7});
    CHECK(table.of("b") == Numbers{3});
    const std::vector<GaveWay> gave_way = table.table().take_gave_way();
    REQUIRE(gave_way.size() == 1);
    CHECK(gave_way[0].user == UserId("a"));
    CHECK(gave_way[0].letters == 3);
    CHECK(gave_way[0].why == GaveWay::Why::recipient_full);
    CHECK(table.table().take_gave_way().empty());
    table.check_counts();
}

TEST_CASE("without a limit, no letter is evicted") {
    Table table(LetterBounds::for_letters(0));
    table.add("a", 50, std::string(100'000, 'x'));
    CHECK(table.of("a").size() == 50);
}

TEST_CASE("which letter is the oldest does not depend on the clock") {
    Table table({.letters_of_recipient = 2, .bytes_of_recipient = 0, .bytes_in_all = 0});
    for (const int time : {9'000, 5'000, 1'000}) REQUIRE(table.table().add(letter_of("a", time)));
    CHECK(table.of("a") == Numbers{5'000, 1'000});
}

TEST_CASE("letters that hold their messages are also limited by bytes, and the newest always stays") {
    Table table({.letters_of_recipient = 100, .bytes_of_recipient = 100'000, .bytes_in_all = 0}, History::off);
    table.add("a", 10, std::string(30'000, 'x'));
    CHECK(table.of("a") == Numbers{8, 9, 10});
    table.add("a", 1, std::string(200'000, 'x'));
    CHECK(table.of("a") == Numbers{11});
    table.check_counts();

    Table references({.letters_of_recipient = 100, .bytes_of_recipient = 100'000, .bytes_in_all = 0}, History::keep);
    references.add("a", 10, std::string(30'000, 'x'));
    CHECK(references.of("a").size() == 10);
}

TEST_CASE("letters without a user share the limit of their queue") {
    Table table({.letters_of_recipient = 3, .bytes_of_recipient = 0, .bytes_in_all = 0});
    table.add("", 2, "{", "storage");
    table.add("", 4, "{", "Email");
    table.add("Email", 1);
    CHECK(table.of("", "storage") == Numbers{1, 2});
    CHECK(table.of("", "Email") == Numbers{4, 5, 6});
    CHECK(table.of("Email") == Numbers{7});
    // A user's letters of all queues count together.
    table.add("u", 2, "{", "fifo");
    table.add("u", 2, "{", "standard");
    CHECK(table.of("u", "fifo") == Numbers{9});
    CHECK(table.of("u", "standard") == Numbers{10, 11});
    table.check_counts();
}

TEST_CASE("when the table is full, letters of the recipient with the most bytes are evicted") {
    // Rows of about 520 bytes.
    Table table({.letters_of_recipient = 0, .bytes_of_recipient = 0, .bytes_in_all = 10'500});
    table.add("greedy", 30);
    CHECK(table.of("greedy").size() == 20);
    (void)table.table().take_gave_way();
    table.add("b", 5);
    table.add("c", 5);
    CHECK(table.of("greedy").size() == 10);
    CHECK(table.of("b").size() == 5);
    CHECK(table.of("c").size() == 5);
    CHECK(table.table().take_gave_way().front().why == GaveWay::Why::table_full);
    // Nobody has more than the newcomer, whose own oldest letter is evicted.
    table.add("b", 6);
    CHECK(table.of("c").size() == 5);
    CHECK(table.of("b").size() + table.of("greedy").size() == 15);
    table.add("d", 40);
    CHECK(table.of("c").size() == 5);
    CHECK(table.of("d").size() >= 5);
    table.check_counts();
}

TEST_CASE("the counts hold after a rollback, a restart, retention and a purge by the command line") {
    Table table({.letters_of_recipient = 10, .bytes_of_recipient = 0, .bytes_in_all = 0});
    table.add("a", 8);
    REQUIRE(table.database().execute("BEGIN IMMEDIATE"));
    table.add("a", 5);
    table.add("b", 5);
    REQUIRE(table.database().execute("ROLLBACK"));
    table.check_counts();
    CHECK(table.of("a").size() == 8);
    table.open();
    table.add("a", 4);
    CHECK(table.of("a").size() == 10);
    table.check_counts();

    std::size_t deleted = 0;
    REQUIRE(table.table().delete_expired(2'000, 4, deleted));
    CHECK(deleted == 4);
    table.check_counts();
    table.add("b", 3);
    Statement one(table.database(), "SELECT id FROM dead_letters WHERE user = 'b' LIMIT 1");
    REQUIRE(one.step() == Step::row);
    const Uuid id = one.uuid(0);
    one.reset();
    bool removed = false;
    REQUIRE(table.table().remove(id, removed));
    CHECK(removed);
    table.check_counts();

    auto file = DeadLetterFile::open(table.path(), DeadLetterFile::Access::change);
    REQUIRE(file.has_value());
    const auto purged = file->purge({});
    REQUIRE(purged.has_value());
    CHECK(*purged == 8);
    table.check_counts();
    table.add("a", 12);
    CHECK(table.of("a").size() == 10);
}

TEST_CASE("letters of an older database are counted when it is migrated") {
    const TemporaryFolder folder;
    const std::string path = folder.file("notifyd.db");
    SystemIdSource ids;
    REQUIRE(migrate(path, ids).has_value());
    {
        // As migration 0007 left it.
        Outsider outsider(path);
        outsider.execute(
            "DROP TRIGGER dead_letter_added; DROP TRIGGER dead_letter_removed; DROP TRIGGER ticket_added;"
            "DROP TRIGGER ticket_removed; DROP TABLE table_sizes; DROP TABLE dead_letter_recipients;"
            "DROP INDEX dead_letters_by_recipient; ALTER TABLE dead_letters DROP COLUMN shared_queue;"
            "ALTER TABLE dead_letters DROP COLUMN bytes; DROP TABLE user_blocks;"
            "DROP TRIGGER permission_removed; DROP TABLE read_positions; PRAGMA user_version = 8");
        for (int i = 0; i < 5; ++i) {
            outsider.execute(
                "INSERT INTO dead_letters VALUES (randomblob(16), 'fifo', zeroblob(16), 'chat:a', 1, NULL, "
                "'u" +
                std::to_string(i % 2) + "', 'outbox_full', 1, 1, 1, 0, NULL)");
        }
    }
    REQUIRE(migrate(path, ids).has_value());
    Outsider outsider(path);
    CHECK(outsider.value("SELECT letters FROM dead_letter_recipients WHERE user = 'u0'") == "3");
    CHECK(outsider.value("SELECT entries || '/' || bytes FROM table_sizes WHERE name = 'dead_letters'") == "5/2560");
}

}  // namespace notifyd::storage::sqlite::testing
