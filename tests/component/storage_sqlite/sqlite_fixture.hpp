// A storage on an SQLite database, and the database as an operator's tool sees it.
#pragma once

#include "notifyd/storage_sqlite/migration.hpp"
#include "notifyd/storage_sqlite/sqlite_engine.hpp"

#include "support/storage/storage_fixture.hpp"
#include "support/temporary_folder.hpp"

#include <sqlite3.h>

#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace notifyd::storage::sqlite::testing {

using namespace notifyd::storage::testing;
using notifyd::testing::TemporaryFolder;

// The database as an operator's tool sees it.
class Outsider {
  public:
    explicit Outsider(const std::string& path) {
        if (sqlite3_open(path.c_str(), &handle_) != SQLITE_OK) throw std::runtime_error("sqlite3_open");
        sqlite3_busy_timeout(handle_, 5'000);
    }
    ~Outsider() { sqlite3_close(handle_); }
    Outsider(const Outsider&) = delete;
    Outsider& operator=(const Outsider&) = delete;

    void execute(const std::string& sql) {
        if (sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
            throw std::runtime_error(sqlite3_errmsg(handle_));
        }
    }

    // Rows of columns, all as text.
    [[nodiscard]] std::vector<std::vector<std::string>> query(const std::string& sql) {
        std::vector<std::vector<std::string>> rows;
        const auto add = [](void* out, int count, char** values, char**) {
            auto& row = static_cast<std::vector<std::vector<std::string>>*>(out)->emplace_back();
            for (int i = 0; i < count; ++i) row.emplace_back(values[i] == nullptr ? "NULL" : values[i]);
            return 0;
        };
        if (sqlite3_exec(handle_, sql.c_str(), add, &rows, nullptr) != SQLITE_OK) {
            throw std::runtime_error(sqlite3_errmsg(handle_));
        }
        return rows;
    }
    [[nodiscard]] std::string value(const std::string& sql) { return query(sql).at(0).at(0); }

  private:
    sqlite3* handle_ = nullptr;
};

// Undoes migrations 8, 9 and 10.
inline void make_version_7(Outsider& outsider) {
    outsider.execute(
        "DROP TRIGGER dead_letter_added; DROP TRIGGER dead_letter_removed; DROP TRIGGER ticket_added;"
        "DROP TRIGGER ticket_removed; DROP TABLE table_sizes; DROP TABLE dead_letter_recipients;"
        "DROP INDEX dead_letters_by_recipient; ALTER TABLE dead_letters DROP COLUMN shared_queue;"
        "ALTER TABLE dead_letters DROP COLUMN bytes; DROP TABLE time_runs; DROP TABLE user_blocks;"
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
