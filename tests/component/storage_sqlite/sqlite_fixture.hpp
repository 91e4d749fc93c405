// A storage on an SQLite database, and the database as an operator's tool sees it.
#pragma once

#include "notifyd/storage_sqlite/migration.hpp"
#include "notifyd/storage_sqlite/sqlite_engine.hpp"

#include "support/storage/outsider.hpp"
#include "support/storage/storage_fixture.hpp"
#include "support/temporary_folder.hpp"

#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace notifyd::storage::sqlite::testing {

using namespace notifyd::storage::testing;
using notifyd::testing::TemporaryFolder;

// The tables of migration 10 and later, for tests that go back to an older schema.
inline constexpr const char* drop_newer_tables =
    "DROP TABLE user_blocks;"
    "DROP TABLE notifications; DROP TABLE inboxes; DROP TABLE topic_postings; DROP TABLE notification_requests;"
    "DROP TRIGGER permission_removed; DROP TABLE read_positions;";

// Undoes migration 8 and later.
inline void make_version_7(Outsider& outsider) {
    outsider.execute(drop_newer_tables);
    outsider.execute(
        "DROP TRIGGER dead_letter_added; DROP TRIGGER dead_letter_removed; DROP TRIGGER ticket_added;"
        "DROP TRIGGER ticket_removed; DROP TABLE table_sizes; DROP TABLE dead_letter_recipients;"
        "DROP INDEX dead_letters_by_recipient; ALTER TABLE dead_letters DROP COLUMN shared_queue;"
        "ALTER TABLE dead_letters DROP COLUMN bytes; DROP TABLE time_runs;"
        "DELETE FROM meta WHERE key = 'unchecked_up_to'; PRAGMA user_version = 7");
}

struct TestOptions : StorageOptions, SqliteOptions {};

class Running : public RunningStorage {
  public:
    explicit Running(const std::string& path) : Running(options_for(path)) {}
    explicit Running(const TestOptions& options, const Clock* clock = nullptr)
        : RunningStorage([&](const Clock& used, observability::Events& events) { return open(options, used, events); },
                         options,
                         clock) {}

    static TestOptions options_for(const std::string& path) {
        TestOptions options;
        options.path = path;
        options.durability = Durability::normal;  // fast; these tests do not depend on it
        return options;
    }

    [[nodiscard]] SqliteEngine& engine() { return static_cast<SqliteEngine&>(RunningStorage::engine()); }

  private:
    static std::unique_ptr<Engine> open(const TestOptions& options, const Clock& clock, observability::Events& events) {
        SystemIdSource ids;
        auto opened = SqliteEngine::open(options, clock, ids, events);
        if (!opened.has_value()) throw std::runtime_error(opened.error().message);
        return std::move(*opened);
    }
};

}  // namespace notifyd::storage::sqlite::testing
