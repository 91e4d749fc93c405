// SQLite as the engine under test: a database in a folder of its own.
#include "notifyd/storage_sqlite/dead_letter_file.hpp"
#include "notifyd/storage_sqlite/sqlite_engine.hpp"

#include "component/storage/engine_under_test.hpp"
#include "support/temporary_folder.hpp"

#include <sqlite3.h>

#include <stdexcept>
#include <string>
#include <utility>

namespace notifyd::storage::testing {

namespace {

using sqlite::DeadLetterFile;
using sqlite::SqliteEngine;
using sqlite::SqliteOptions;

class Connection {
  public:
    explicit Connection(const std::string& path) {
        if (sqlite3_open(path.c_str(), &handle_) != SQLITE_OK) throw std::runtime_error("sqlite3_open");
        sqlite3_busy_timeout(handle_, 5'000);
    }
    ~Connection() { sqlite3_close(handle_); }
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    void execute(const char* sql) {
        if (sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr) != SQLITE_OK) {
            throw std::runtime_error(sqlite3_errmsg(handle_));
        }
    }

  private:
    sqlite3* handle_ = nullptr;
};

// Holds the write lock. The connection's end gives it back.
class WriteLock final : public TestDatabase::Pause {
  public:
    explicit WriteLock(const std::string& path) : connection_(path) { connection_.execute("BEGIN IMMEDIATE"); }

  private:
    Connection connection_;
};

}  // namespace

class TestDatabase::Parts {
  public:
    const notifyd::testing::TemporaryFolder folder;
    const std::string path = folder.file("notifyd.db");
};

TestDatabase::TestDatabase() : parts_(std::make_unique<Parts>()) {}

TestDatabase::~TestDatabase() = default;

std::unique_ptr<Engine> TestDatabase::open(const EngineSettings& settings,
                                           const Clock& clock,
                                           observability::Events& events) const {
    SqliteOptions options;
    static_cast<EngineSettings&>(options) = settings;
    options.path = parts_->path;
    SystemIdSource ids;
    auto opened = SqliteEngine::open(options, clock, ids, events);
    if (!opened.has_value()) throw std::runtime_error(opened.error().message);
    return std::move(*opened);
}

std::unique_ptr<TestDatabase::Pause> TestDatabase::pause_commits() const {
    return std::make_unique<WriteLock>(parts_->path);
}

void TestDatabase::refuse_poison() const {
    Connection(parts_->path)
        .execute(
            "CREATE TRIGGER refuse_message BEFORE INSERT ON messages WHEN new.head = 'poison' "
            "BEGIN SELECT RAISE(ABORT, 'poisoned'); END;"
            "CREATE TRIGGER refuse_permission BEFORE INSERT ON permissions WHEN new.user = 'poison' "
            "BEGIN SELECT RAISE(ABORT, 'poisoned'); END");
}

void TestDatabase::mark_letter(const Uuid& id) const {
    auto file = DeadLetterFile::open(parts_->path, DeadLetterFile::Access::change);
    if (!file.has_value()) throw std::runtime_error(file.error().message);
    const auto marked = file->mark({.queue = std::nullopt, .id = id});
    if (!marked.has_value()) throw std::runtime_error(marked.error().message);
}

}  // namespace notifyd::storage::testing
