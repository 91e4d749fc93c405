// Brings a database up to the schema of this binary: applies migrations/NNNN_*.sql by number, each in its own
// transaction, together with the step of the same number in migration_steps.hpp.
// Thread: the one that opens the storage.
// Fails:  with a message; the database is then as the last successful migration left it.
#pragma once

#include "notifyd/storage/startup.hpp"
#include "notifyd/storage_sqlite/migration.hpp"

#include "database.hpp"

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace notifyd::storage::sqlite {

struct Migration {
    int version = 0;
    std::string_view name;
    std::string_view sql;
};

// The files in migrations/, in order.
[[nodiscard]] std::vector<Migration> embedded_migrations();

// `PRAGMA user_version`, the number of the last migration; fails if this binary does not know it. `path` is only used
// in the message.
[[nodiscard]] Startup<int> schema_version(Database& database,
                                          const std::string& path,
                                          std::span<const Migration> migrations);

using MigrationApplied = std::function<void(const Migration&)>;

[[nodiscard]] Startup<MigrationReport> apply_migrations(Database& database,
                                                        const std::string& path,
                                                        std::span<const Migration> migrations,
                                                        const MigrationApplied& applied);

}  // namespace notifyd::storage::sqlite
