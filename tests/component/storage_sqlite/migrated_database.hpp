// A database for the tests of one table, without the storage around it.
#pragma once

#include "../../../src/storage_sqlite/database.hpp"
#include "sqlite_fixture.hpp"

#include <catch2/catch.hpp>

namespace notifyd::storage::sqlite::testing {

// Empty, of the newest schema, and open.
struct MigratedDatabase {
    MigratedDatabase() {
        SystemIdSource ids;
        REQUIRE(migrate(path, ids).has_value());
        REQUIRE(database.open(path, Database::Access::read_write));
    }

    const TemporaryFolder folder;
    const std::string path = folder.file("notifyd.db");
    Database database;
};

}  // namespace notifyd::storage::sqlite::testing
