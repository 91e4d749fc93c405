// What a grant costs, and the counts that make it cheap.
#include "../../../src/storage_sqlite/permission_table.hpp"

#include "../../../src/storage_sqlite/permission_counts.hpp"
#include "migrated_database.hpp"

#include <catch2/catch.hpp>

namespace notifyd::storage::sqlite::testing {

namespace {

ports::PermissionGrant grant_of(const std::string& user) {
    return {
        {{UserId(user), topic("a"), Role::member, 1'000, UserId("root")}}, ports::Basis::token, {1'000'000, 1'000'000}};
}

}  // namespace

TEST_CASE("a grant in a large topic costs as much as one in a small topic") {
    const auto cost = [](int rows) {
        MigratedDatabase migrated;
        Database& database = migrated.database;
        Outsider(migrated.path)
            .execute("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " +
                     std::to_string(rows) + ") INSERT INTO permissions SELECT 'u' || i, 'chat:a', 2, 0, 'root' FROM n");
        PermissionTable table(database);
        const auto steps_of_grant = [&](const std::string& user) {
            std::optional<Error> refused;
            REQUIRE(table.grant(grant_of(user), refused));
            REQUIRE_FALSE(refused.has_value());
            int steps = 0;
            for (auto* statement = sqlite3_next_stmt(database.handle(), nullptr); statement != nullptr;
                 statement = sqlite3_next_stmt(database.handle(), statement)) {
                steps += sqlite3_stmt_status(statement, SQLITE_STMTSTATUS_VM_STEP, 1);
            }
            return steps;
        };
        (void)steps_of_grant("first");  // the topic is counted once
        return steps_of_grant("second");
    };
    CHECK(cost(50'000) == cost(50));
}

TEST_CASE("forgotten counts are counted again") {
    MigratedDatabase migrated;
    Database& database = migrated.database;
    REQUIRE(database.execute("INSERT INTO permissions VALUES ('u', 'chat:a', 2, 0, 'root')"));
    PermissionCounts counts(database, "SELECT count(*) FROM permissions WHERE topic = ?1");
    const auto count = [&](const std::string& name) {
        std::int64_t rows = -1;
        REQUIRE(counts.find(name, rows));
        return rows;
    };
    CHECK(count("chat:a") == 1);
    counts.add("chat:a", 1);
    CHECK(count("chat:a") == 2);
    // Many other names, because memory is bounded.
    for (std::size_t i = 0; i < PermissionCounts::names_max; ++i) (void)count("chat:" + std::to_string(i));
    CHECK(count("chat:a") == 1);
    counts.add("chat:a", 5);
    counts.forget();
    counts.add("chat:a", 7);  // not known, so there is nothing to update
    CHECK(count("chat:a") == 1);
}

}  // namespace notifyd::storage::sqlite::testing
