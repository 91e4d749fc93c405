// SQLite as the engine under test: a database in a folder of its own.
#include "notifyd/storage_sqlite/dead_letter_file.hpp"
#include "notifyd/storage_sqlite/sqlite_engine.hpp"

#include "component/storage/engine_under_test.hpp"
#include "support/storage/outsider.hpp"
#include "support/temporary_folder.hpp"

#include <stdexcept>
#include <string>
#include <utility>

namespace notifyd::storage::testing {

namespace {

using sqlite::DeadLetterFile;
using sqlite::SqliteEngine;
using sqlite::SqliteOptions;
using sqlite::testing::Outsider;

// Holds the write lock. Its end gives it back.
class WriteLock final : public TestDatabase::Pause {
  public:
    explicit WriteLock(const std::string& path) : outsider_(path) { outsider_.execute("BEGIN IMMEDIATE"); }

  private:
    Outsider outsider_;
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
    Outsider(parts_->path)
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
