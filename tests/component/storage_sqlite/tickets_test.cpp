// The bounds of table `tickets`, and tickets in copies of the database.
#include "support/storage/tickets.hpp"

#include "notifyd/storage_sqlite/backup.hpp"

#include "../../../src/storage_sqlite/ticket_table.hpp"
#include "migrated_database.hpp"

#include <catch2/catch.hpp>

namespace notifyd::storage::sqlite::testing {

using Verdict = ports::TicketIssue::Verdict;

TEST_CASE("tickets are limited, per user and in total") {
    MigratedDatabase migrated;
    Database& database = migrated.database;
    TicketTable table(database, {.in_all = 20, .of_user = 5});
    REQUIRE(database.prepare_error().empty());
    const auto issue = [&](const ports::Ticket& made) {
        ports::TicketIssue told;
        REQUIRE(table.issue(made, 0, told));
        return told;
    };
    int number = 0;
    for (int i = 0; i < 5; ++i) CHECK(issue(ticket(number++, start + i)).verdict == Verdict::issued);
    const auto refused = issue(ticket(number++, start + 10));
    CHECK(refused.verdict == Verdict::too_many);
    CHECK(refused.retry_after == Milliseconds(60'000 - 10));
    // The first of them has expired, whether or not its row has been deleted.
    CHECK(issue(ticket(number++, start + 60'000)).verdict == Verdict::issued);

    for (int i = 0; i < 14; ++i)
        CHECK(issue(ticket(number++, start, "v" + std::to_string(i))).verdict == Verdict::issued);
    CHECK(issue(ticket(number++, start, "late")).verdict == Verdict::full);
    std::size_t deleted = 0;
    REQUIRE(table.delete_expired(start + 60'001, 100, deleted));
    CHECK(deleted > 0);
    CHECK(issue(ticket(number++, start, "late")).verdict == Verdict::issued);
}

// Seen to fail when the span of the row numbers was taken for the count: one long-lived ticket at the front was enough.
TEST_CASE("deleted tickets take up no room, wherever in the table they were") {
    MigratedDatabase migrated;
    Database& database = migrated.database;
    TicketTable table(database, {.in_all = 20, .of_user = 5});
    const auto verdict_of = [&](const ports::Ticket& made) {
        ports::TicketIssue told;
        REQUIRE(table.issue(made, 0, told));
        return told.verdict;
    };
    CHECK(verdict_of(ticket(0, start, "long-lived", 3'600'000)) == Verdict::issued);
    for (int i = 1; i < 30; ++i) {
        const EpochMs now = start + i * 100'000;
        CAPTURE(i);
        REQUIRE(verdict_of(ticket(i, now, "u" + std::to_string(i))) == Verdict::issued);
        // The one before it is deleted, the long-lived one stays at the front.
        std::size_t deleted = 0;
        REQUIRE(table.delete_expired(now, 100, deleted));
    }
    // Nor do those that were rolled back.
    REQUIRE(database.execute("BEGIN IMMEDIATE"));
    for (int i = 100; i < 110; ++i) {
        REQUIRE(verdict_of(ticket(i, start, "w" + std::to_string(i))) == Verdict::issued);
    }
    REQUIRE(database.execute("ROLLBACK"));
    CHECK(database.query_integer("SELECT entries FROM table_sizes WHERE name = 'tickets'") ==
          database.query_integer("SELECT count(*) FROM tickets"));
    REQUIRE(forget_tickets(database));
    CHECK(database.query_integer("SELECT entries FROM table_sizes WHERE name = 'tickets'") == 0);
}

TEST_CASE("a restored database has no tickets, because they may have been used since the copy") {
    const TemporaryFolder folder;
    const std::string path = folder.file("notifyd.db");
    const std::string copy = folder.file("copy.db");
    SystemIdSource ids;
    {
        Running running(path);
        Tickets tickets(running.add_loop());
        tickets.issue(ticket(1));
        REQUIRE(backup(path, copy).has_value());
        CHECK(tickets.use(1));
    }
    REQUIRE(restore(path, copy, Existing::replace, ids).has_value());
    Running running(path);
    Tickets tickets(running.add_loop());
    CHECK_FALSE(tickets.find(1).has_value());
    CHECK_FALSE(tickets.use(1));
}

}  // namespace notifyd::storage::sqlite::testing
