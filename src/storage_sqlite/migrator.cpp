// Migrations by user_version.
#include "migrator.hpp"

#include "migration_steps.hpp"

#include <charconv>
#include <embedded_migrations.hpp>

namespace notifyd::storage::sqlite {

namespace {

bool apply(Database& database, const Migration& migration) {
    // The file may end with a comment.
    const std::string script = "BEGIN IMMEDIATE;" + std::string(migration.sql) + "\n;";
    if (!database.execute(script.c_str())) return false;
    const MigrationStep step = migration_step(migration.version);
    if (step != nullptr && !step(database)) return false;
    // The version is a field of the database's header and thus part of the transaction.
    const std::string end = "PRAGMA user_version = " + std::to_string(migration.version) + ";COMMIT;";
    return database.execute(end.c_str());
}

}  // namespace

std::vector<Migration> embedded_migrations() {
    std::vector<Migration> migrations;
    for (const embedded::File& file : embedded::files) {
        Migration migration{0, file.name, file.text};
        std::from_chars(file.name.data(), file.name.data() + file.name.size(), migration.version);
        migrations.push_back(migration);
    }
    return migrations;
}

Startup<int> schema_version(Database& database, const std::string& path, std::span<const Migration> migrations) {
    const auto version = database.query_integer("PRAGMA user_version");
    if (!version.has_value()) return StartupError{"database " + path + ": " + database.last_error()};
    const int newest = migrations.empty() ? 0 : migrations.back().version;
    if (*version > newest) {
        return StartupError{"database " + path + " was made by a newer notifyd: its schema is version " +
                            std::to_string(*version) + ", this binary knows up to " + std::to_string(newest)};
    }
    return static_cast<int>(*version);
}

Startup<MigrationReport> apply_migrations(Database& database,
                                          const std::string& path,
                                          std::span<const Migration> migrations,
                                          const MigrationApplied& applied) {
    const auto version = schema_version(database, path, migrations);
    if (!version.has_value()) return version.error();
    MigrationReport report{*version, *version};
    for (const Migration& migration : migrations) {
        if (migration.version <= report.to) continue;
        if (!apply(database, migration)) {
            const std::string reason = database.last_error();
            (void)database.execute("ROLLBACK");
            return StartupError{"database " + path + ": migration " + std::string(migration.name) +
                                " failed: " + reason};
        }
        report.to = migration.version;
        if (applied) applied(migration);
    }
    return report;
}

}  // namespace notifyd::storage::sqlite
