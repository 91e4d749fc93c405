// Every statement finds its rows by an index, and a page costs the same however long the history is.
#include "../../../src/storage/chat_ranking.hpp"
#include "../../../src/storage_sqlite/batch_writer.hpp"
#include "../../../src/storage_sqlite/chat_lists.hpp"
#include "../../../src/storage_sqlite/reader.hpp"
#include "sqlite_fixture.hpp"

#include <catch2/catch.hpp>

#include <map>

namespace notifyd::storage::sqlite::testing {

namespace {

std::map<std::string, std::string> plans_of(Database& database) {
    std::map<std::string, std::string> plans;
    for (auto* statement = sqlite3_next_stmt(database.handle(), nullptr); statement != nullptr;
         statement = sqlite3_next_stmt(database.handle(), statement)) {
        plans[sqlite3_sql(statement)];
    }
    for (auto& [sql, plan] : plans) {
        Statement explain(database, "EXPLAIN QUERY PLAN " + sql);
        while (explain.step() == Step::row) plan += std::string(explain.text(3)) + "; ";
    }
    return plans;
}

// Steps of SQLite's virtual machine in all statements of the connection, since the last call.
int steps_of(Database& database) {
    int steps = 0;
    for (auto* statement = sqlite3_next_stmt(database.handle(), nullptr); statement != nullptr;
         statement = sqlite3_next_stmt(database.handle(), statement)) {
        steps += sqlite3_stmt_status(statement, SQLITE_STMTSTATUS_VM_STEP, 1);
        CHECK(sqlite3_stmt_status(statement, SQLITE_STMTSTATUS_FULLSCAN_STEP, 1) == 0);
        CHECK(sqlite3_stmt_status(statement, SQLITE_STMTSTATUS_SORT, 1) == 0);
    }
    return steps;
}

std::string new_database(const TemporaryFolder& folder) {
    const std::string path = folder.file("notifyd.db");
    SystemIdSource ids;
    REQUIRE(migrate(path, ids).has_value());
    return path;
}

// A topic of `rows` messages, one per millisecond: one in a hundred is numbered, and the first tenth has been deleted.
void fill(const std::string& path, int rows) {
    Outsider outsider(path);
    outsider.execute("INSERT INTO topics (id, name) VALUES (1, 'chat:big'), (2, 'chat:other')");
    outsider.execute("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " +
                     std::to_string(rows) +
                     ") INSERT INTO messages SELECT i, 1 + (i % 5 = 0), i / 100, i % 100 = 1, zeroblob(16), i, NULL, "
                     "'{', NULL FROM n WHERE i > " +
                     std::to_string(rows / 10));
    outsider.execute(
        "INSERT INTO time_runs SELECT min(position), min(published_at), NULL, 0 FROM messages;"
        "INSERT INTO meta SELECT 'unchecked_up_to', max(position) FROM messages");
}

}  // namespace

TEST_CASE("no statement scans a table or sorts") {
    const TemporaryFolder folder;
    const std::string path = new_database(folder);
    Database database;
    REQUIRE(database.open(path, Database::Access::read_write));
    const SystemClock clock;
    observability::RecordingSink sink;
    observability::Events events{sink, clock};
    const ContinuousClock continuous(clock, Milliseconds(0));
    const TableSettings settings{.history = History::keep,
                                 .deduplication_window = Milliseconds(1),
                                 .letters = LetterBounds::for_letters(10'000)};
    const BatchWriter writer(database, settings, clock, continuous, Milliseconds(0));
    REQUIRE(database.prepare_error().empty());
    Reader reader;
    REQUIRE(reader.open(path, History::keep, events).empty());

    auto plans = plans_of(database);
    plans.merge(plans_of(reader.database()));
    CHECK(plans.size() > 20);
    for (const auto& [sql, plan] : plans) {
        CAPTURE(sql, plan);
        // Bounded by TimeRunTable::runs_max, and a single row unless somebody has set the clock.
        const bool reads_runs = plan == "SCAN time_runs; ";
        // Read once, at the start; holds only what is under way.
        const bool reads_postings = plan == "SCAN topic_postings; ";
        CHECK((reads_runs || reads_postings || plan.find("SCAN") == std::string::npos));
        CHECK(plan.find("TEMP B-TREE") == std::string::npos);
        if (sql.find("first_at <=") != std::string::npos) {
            CHECK(plan.find("_by_time (first_at<?)") != std::string::npos);
        }
        if (sql.find("FROM messages WHERE topic_id") != std::string::npos) {
            CHECK(plan.find("INDEX messages_by_topic") != std::string::npos);
        }
        // A place inside a counter is also found by a seek: the index ends with the rowid, which is the position.
        if (sql.find("counter = ?2 AND position") != std::string::npos) {
            CHECK(plan.find("topic_id=? AND counter=? AND rowid") != std::string::npos);
        }
    }
}

TEST_CASE("a page costs the same with ten thousand messages and with a hundred thousand") {
    const auto order = GENERATE(PageOrder::newest_first, PageOrder::oldest_first);
    const auto cost = [order](int rows) {
        const TemporaryFolder folder;
        const std::string path = new_database(folder);
        fill(path, rows);
        Database database;
        REQUIRE(database.open(path, Database::Access::read_only));
        const SystemClock clock;
        observability::RecordingSink sink;
        observability::Events events{sink, clock};
        MessagePages pages(database, events);

        const auto steps = [&](const PageQuery& query, std::size_t wanted) {
            (void)steps_of(database);
            const auto page = pages.read(query);
            REQUIRE(page.has_value());
            CHECK(page->messages.size() == wanted);
            return steps_of(database);
        };
        PageQuery plain = newest(topic("big"), 20);
        plain.order = order;
        PageQuery behind = plain;
        behind.after = PageCursor{static_cast<Sequence>(rows) / 200, rows / 2};
        PageQuery times = plain;
        times.from_time = rows / 2;
        times.to_time = rows / 2 + 30;
        PageQuery numbers = plain;
        numbers.sequences = {{1, static_cast<Sequence>(rows) / 1000},
                             {static_cast<Sequence>(rows) / 200, static_cast<Sequence>(rows) / 100}};
        PageQuery never = numbers;
        never.from_time = rows * 2;
        PageQuery window = plain;
        window.after = PageCursor{static_cast<Sequence>(rows) / 200, rows / 2};
        window.window = LogWindow{LogWindow::Kinds::numbered,
                                  {static_cast<Sequence>(rows), rows},
                                  {static_cast<Sequence>(rows) / 200, rows / 2},
                                  rows};
        return std::vector<int>{steps(plain, 20),
                                steps(behind, 20),
                                steps(times, 20),
                                steps(numbers, 20),
                                steps(never, 0),
                                steps(window, 20)};
    };
    const auto small = cost(10'000);
    const auto large = cost(100'000);
    for (std::size_t i = 0; i < small.size(); ++i) {
        CAPTURE(i, small[i], large[i]);
        CHECK(large[i] < small[i] * 3 / 2 + 200);
    }
}

TEST_CASE("a resume by number costs the same with ten thousand messages and with a hundred thousand") {
    const auto cost = [](int rows) {
        const TemporaryFolder folder;
        const std::string path = new_database(folder);
        fill(path, rows);
        // What retention would have left: every number above this one has its row.
        Outsider(path).execute("UPDATE topics SET last_sequence = " + std::to_string(rows / 1'000) + " WHERE id = 1");
        Database database;
        REQUIRE(database.open(path, Database::Access::read_only));
        ResumePlans plans(database, History::keep);
        const auto steps = [&](Sequence after, Position up_to) {
            (void)steps_of(database);
            const auto plan = plans.plan({topic("big"), after, 1'000, up_to});
            REQUIRE(plan.has_value());
            CHECK(plan->verdict == ports::ResumePlan::Verdict::complete);
            return steps_of(database);
        };
        const auto numbers = static_cast<Sequence>(rows) / 100;
        return std::vector<int>{steps(numbers - 50, rows), steps(numbers - 50, rows / 2), steps(numbers - 1, rows)};
    };
    const auto small = cost(10'000);
    const auto large = cost(100'000);
    for (std::size_t i = 0; i < small.size(); ++i) {
        CAPTURE(i, small[i], large[i]);
        CHECK(large[i] < small[i] * 3 / 2 + 200);
    }
}

TEST_CASE("the list of ten thousand chats costs the same with a hundred thousand messages and with a million") {
    constexpr int topics = 10'000;
    struct Cost {
        int most = 0;  // of one slice
        int all = 0;
    };
    const auto cost = [](int rows) {
        const TemporaryFolder folder;
        const std::string path = new_database(folder);
        const auto numbers = [](int count) {
            return "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " + std::to_string(count) +
                   ") ";
        };
        {
            Outsider outsider(path);
            outsider.execute("BEGIN;" + numbers(topics) + "INSERT INTO topics SELECT i, 'chat:' || i, 0 FROM n");
            outsider.execute(numbers(topics) + "INSERT INTO permissions SELECT 'u', 'chat:' || i, 2, 0, 'root' FROM n");
            outsider.execute(numbers(topics) + "INSERT INTO read_positions SELECT 'u', i, 1 FROM n");
            outsider.execute(numbers(rows) + "INSERT INTO messages SELECT i, 1 + i % " + std::to_string(topics) +
                             ", 1 + i / " + std::to_string(topics) +
                             ", 1, zeroblob(16), i, NULL, '{', NULL FROM n; COMMIT");
        }
        Database database;
        REQUIRE(database.open(path, Database::Access::read_only));
        ChatLists lists(database);
        ChatRanking ranking({UserId("u"), 100, ChatPlace{rows - 500, *TopicName::parse("chat:9501")}});
        Cost counted;
        do {
            (void)steps_of(database);
            REQUIRE(ranking.advance(lists));
            const int steps = steps_of(database);
            counted.most = std::max(counted.most, steps);
            counted.all += steps;
        } while (!ranking.is_complete());
        const ports::ChatPage page = ranking.take_page();
        REQUIRE(page.chats.size() == 100);
        CHECK(page.chats.front().last_message_at == rows - 501);
        CHECK(page.chats.front().last == static_cast<Sequence>(1 + (rows - 501) / topics));
        CHECK(page.chats.front().read == 1);
        CHECK(page.next.has_value());
        return counted;
    };
    const Cost small = cost(100'000);
    const Cost large = cost(1'000'000);
    CHECK(large.all < small.all * 3 / 2);
    // A slice is short, so that other users' reads take turns with it.
    CHECK(large.most < large.all / 5);
}

TEST_CASE("moving a position costs the same for a user with ten positions and for one with ten thousand") {
    const auto cost = [](int rows) {
        const TemporaryFolder folder;
        const std::string path = new_database(folder);
        Outsider(path).execute(
            "INSERT INTO topics VALUES (1, 'chat:a', 50);"
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " +
            std::to_string(rows) + ") INSERT INTO read_positions SELECT 'u', i, 1 FROM n");
        Database database;
        REQUIRE(database.open(path, Database::Access::read_write));
        TopicTable known(database);
        ReadPositionTable positions(database, known);
        std::optional<Sequence> moved_to;
        std::optional<Error> refused;
        REQUIRE(positions.advance({UserId("u"), *TopicName::parse("chat:a"), 9}, moved_to, refused));
        CHECK(moved_to == 9);
        return steps_of(database);
    };
    CHECK(cost(10'000) == cost(10));
}

TEST_CASE("a user has a position in at most so many topics") {
    const TemporaryFolder folder;
    const std::string path = new_database(folder);
    Outsider(path).execute("INSERT INTO topics VALUES (1, 'chat:a', 5), (2, 'chat:b', 5), (3, 'chat:c', 5)");
    Database database;
    REQUIRE(database.open(path, Database::Access::read_write));
    TopicTable known(database);
    ReadPositionTable positions(database, known, 2);
    const auto read = [&](const std::string& user, const std::string& id, Sequence sequence) {
        std::optional<Sequence> moved_to;
        std::optional<Error> refused;
        REQUIRE(positions.advance({UserId(user), topic(id), sequence}, moved_to, refused));
        return refused.has_value() ? to_string(refused->code) : moved_to.has_value() ? "moved" : "stayed";
    };
    CHECK(read("u", "a", 1) == "moved");
    CHECK(read("u", "b", 1) == "moved");
    CHECK(read("u", "c", 1) == "conflict");
    CHECK(read("u", "b", 2) == "moved");
    CHECK(read("u", "b", 1) == "stayed");
    CHECK(read("v", "c", 1) == "moved");
}

}  // namespace notifyd::storage::sqlite::testing
