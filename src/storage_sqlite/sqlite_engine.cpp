// Assembles the parts of the engine.
#include "notifyd/storage_sqlite/sqlite_engine.hpp"

#include "notifyd/observability/events/storage.hpp"

#include "batch_writer.hpp"
#include "block_table.hpp"
#include "checkpointer.hpp"
#include "clock_offset.hpp"
#include "connection_table.hpp"
#include "database_check.hpp"
#include "database_file.hpp"
#include "file_watch.hpp"
#include "permission_table.hpp"
#include "pragmas.hpp"
#include "reader.hpp"
#include "trusted_time.hpp"
#include "writer.hpp"

#include <array>
#include <filesystem>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace notifyd::storage::sqlite {

namespace {

std::size_t file_bytes(const std::string& path) {
    std::error_code failed;
    const auto size = std::filesystem::file_size(path, failed);
    return failed ? 0 : static_cast<std::size_t>(size);
}

// From now on, messages pass without a row: a client that resumes from this position or an earlier one has missed them.
bool note_unlogged(Database& database, Position position) {
    Statement note(database, "INSERT OR REPLACE INTO meta (key, value) VALUES ('unlogged_position', ?1)");
    return note.bind(1, position).run();
}

}  // namespace

// In the order of construction.
class SqliteEngine::Parts {
  public:
    Parts(PreparedFile prepared, const SqliteOptions& options, observability::Events& sink)
        : file(std::move(prepared)), events(sink), sync_failure(options.on_failed_sync, sink) {}

    // Returns what is wrong with the database, or an empty text. Opens every connection and prepares every statement.
    [[nodiscard]] std::string open(const SqliteOptions& options, const Clock& clock) {
        const bool opened = database.open(file.path, Database::Access::read_write) &&
                            configure_writer(database, options.durability, options.checkpoint_now_bytes) &&
                            forget_connections(database);
        if (!opened) return database.last_error();
        const auto found = database.query_text("SELECT value FROM meta WHERE key = 'epoch'");
        if (!found.has_value()) return "it has no epoch";
        epoch = *found;

        const auto offset = read_clock_offset(database, clock.now_ms());
        if (!offset.has_value()) return database.last_error();
        continuous.emplace(clock, offset->to_start_with);

        const TableSettings settings{.history = options.history,
                                     .deduplication_window = options.deduplication_window,
                                     .letters = LetterBounds::for_letters(options.dead_letters_per_user)};
        batches.emplace(database, settings, clock, *continuous, offset->kept);
        if (!database.prepare_error().empty()) return database.prepare_error();
        if (!batches->open()) return database.last_error();
        last_position = batches->last_position();
        if (!read_last_known_time(database, last_known_time)) return database.last_error();
        if (options.history == History::off && !note_unlogged(database, last_position)) return database.last_error();
        const CheckpointMarks marks{options.checkpoint_bytes, options.checkpoint_now_bytes};
        checkpointer.emplace(database, marks, sync_failure, events);
        Database& second = checkpointer->database();
        if (!second.open(file.path, Database::Access::read_write) ||
            !configure_checkpointer(second, options.durability)) {
            return second.last_error();
        }
        for (Reader& reader : readers) {
            std::string error = reader.open(file.path, options.history, events);
            if (!error.empty()) return error;
        }
        files.emplace(database, file.lock, file.path);
        if (!files->begin()) return files->loss();
        writer.emplace(*batches, *checkpointer, *files, sync_failure, events);
        return {};
    }

    void stop() {
        checkpointer->stop();
        const bool in_place = files->look();
        if (in_place || files->rescue() != FileWatch::Rescue::none) checkpointer->copy_all();
        // The last connection to close would copy the log once more and remove it. After a failed sync, it would trust
        // that sync. If the database is gone, the log must stay, so that the next start refuses to create a new
        // database.
        if (!in_place || sync_failure.has_happened()) (void)set_log_at_close(database, LogAtClose::keep);
    }

    PreparedFile file;
    observability::Events& events;
    std::string epoch;
    Position last_position = 0;
    std::optional<EpochMs> last_known_time;
    std::optional<ContinuousClock> continuous;
    SyncFailure sync_failure;
    Database database;  // the storage thread's connection
    std::optional<BatchWriter> batches;
    std::optional<Checkpointer> checkpointer;
    std::optional<FileWatch> files;
    std::optional<Writer> writer;
    std::array<Reader, reader_count> readers;
    bool stopped = false;
};

SqliteEngine::SqliteEngine(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

SqliteEngine::~SqliteEngine() {
    stop();
}

Startup<std::unique_ptr<SqliteEngine>> SqliteEngine::open(const SqliteOptions& options,
                                                          const Clock& clock,
                                                          IdSource& ids,
                                                          observability::Events& events) {
    // Otherwise each allocation takes a lock only to be counted. Fails, harmlessly, once SQLite is in use.
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    const auto applied = [&events](const Migration& migration) {
        events.emit(observability::MigrationApplied{migration.name, migration.version});
    };
    auto prepared = prepare_file(options.path, {embedded_migrations(), options.check_bytes_max}, ids, applied);
    if (!prepared.has_value()) return prepared.error();
    const std::string path = prepared->path;
    auto parts = std::make_unique<Parts>(std::move(*prepared), options, events);
    const std::string error = parts->open(options, clock);
    if (!error.empty()) return StartupError{"database " + path + ": " + error};
    return std::unique_ptr<SqliteEngine>(new SqliteEngine(std::move(parts)));
}

const std::string& SqliteEngine::epoch() const {
    return parts_->epoch;
}

Position SqliteEngine::last_position() const {
    return parts_->last_position;
}

std::optional<EpochMs> SqliteEngine::last_known_time() const {
    return parts_->last_known_time;
}

const Clock& SqliteEngine::continuous_clock() const {
    return *parts_->continuous;
}

void SqliteEngine::for_each_permission(const std::function<void(const Permission&)>& visit) {
    if (!visit_permissions(parts_->database, visit)) {
        throw std::runtime_error("database " + parts_->file.path +
                                 ": permissions cannot be read: " + parts_->database.last_error());
    }
}

void SqliteEngine::for_each_block(const std::function<void(const UserBlock&)>& visit) {
    if (!visit_blocks(parts_->database, visit)) {
        throw std::runtime_error("database " + parts_->file.path +
                                 ": user blocks cannot be read: " + parts_->database.last_error());
    }
}

WriteSession& SqliteEngine::writer() {
    return *parts_->writer;
}

ReadSession& SqliteEngine::reader(std::size_t index) {
    return parts_->readers.at(index);
}

void SqliteEngine::start() {
    parts_->checkpointer->start();
}

void SqliteEngine::stop() {
    if (!std::exchange(parts_->stopped, true)) parts_->stop();
}

SqliteStats SqliteEngine::stats() const {
    return {parts_->checkpointer->checkpoints(), parts_->checkpointer->log_bytes(), file_bytes(parts_->file.path)};
}

}  // namespace notifyd::storage::sqlite
