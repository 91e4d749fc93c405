// Assembles the parts of the storage.
#include "notifyd/storage/storage.hpp"

#include "notifyd/observability/events/storage.hpp"

#include "admission.hpp"
#include "batch_writer.hpp"
#include "block_table.hpp"
#include "change_listeners.hpp"
#include "checkpointer.hpp"
#include "clock_offset.hpp"
#include "commit_thread.hpp"
#include "connection_table.hpp"
#include "database_check.hpp"
#include "database_file.hpp"
#include "file_watch.hpp"
#include "loop_client.hpp"
#include "permission_table.hpp"
#include "pragmas.hpp"
#include "reader_pool.hpp"
#include "trusted_time.hpp"

#include <atomic>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace notifyd::storage {

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
class Storage::Parts {
  public:
    Parts(PreparedFile prepared, const StorageOptions& options, observability::Events& sink)
        : file(std::move(prepared)),
          events(sink),
          listeners(options.on_permission_changed, options.on_block_changed, sink),
          sync_failure(options.on_failed_sync, sink),
          admission(options.queue_length, options.queue_bytes_max),
          readers(options.reads_waiting_max, sink) {}

    // Returns what is wrong with the database, or an empty text. Opens every connection and prepares every statement.
    [[nodiscard]] std::string open(const StorageOptions& options, const Clock& clock) {
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
        writer = std::make_unique<BatchWriter>(database, settings, clock, *continuous, offset->kept);
        if (!database.prepare_error().empty()) return database.prepare_error();
        if (!writer->open()) return database.last_error();
        last_position = writer->last_position();
        if (!read_last_known_time(database, last_known_time)) return database.last_error();
        if (options.history == History::off && !note_unlogged(database, last_position)) return database.last_error();
        const CheckpointMarks marks{options.checkpoint_bytes, options.checkpoint_now_bytes};
        checkpointer = std::make_unique<Checkpointer>(database, marks, sync_failure, events);
        Database& second = checkpointer->database();
        if (!second.open(file.path, Database::Access::read_write) ||
            !configure_checkpointer(second, options.durability)) {
            return second.last_error();
        }
        std::string error;
        if (!readers.open(file.path, options.history, error)) return error;
        files = std::make_unique<FileWatch>(database, file.lock, file.path);
        if (!files->begin()) return files->loss();
        const CommitTimes times{options.probe_interval, options.watch_interval, options.retry_pauses};
        commits = std::make_unique<CommitThread>(
            *writer, *checkpointer, *files, admission, sync_failure, times, clock, events);
        return {};
    }

    void stop() {
        commits->stop();
        readers.stop();
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
    const ChangeListeners listeners;
    SyncFailure sync_failure;
    std::atomic<std::size_t> loops = 0;
    Admission admission;
    Database database;  // the storage thread's connection
    std::unique_ptr<BatchWriter> writer;
    std::unique_ptr<Checkpointer> checkpointer;
    std::unique_ptr<FileWatch> files;
    std::unique_ptr<CommitThread> commits;
    ReaderPool readers;
    bool stopped = false;
};

Storage::Storage(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Storage::~Storage() {
    stop();
}

Startup<std::unique_ptr<Storage>> Storage::open(StorageOptions options,
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
    return std::unique_ptr<Storage>(new Storage(std::move(parts)));
}

void Storage::for_each_permission(const std::function<void(const Permission&)>& visit) {
    if (!visit_permissions(parts_->database, visit)) {
        // Continuing would deny users what they were granted.
        throw std::runtime_error("database " + parts_->file.path +
                                 ": permissions cannot be read: " + parts_->database.last_error());
    }
}

void Storage::for_each_block(const std::function<void(const UserBlock&)>& visit) {
    if (!visit_blocks(parts_->database, visit)) {
        // Continuing would let blocked users in.
        throw std::runtime_error("database " + parts_->file.path +
                                 ": user blocks cannot be read: " + parts_->database.last_error());
    }
}

std::unique_ptr<StorageClient> Storage::client(runtime::EventLoop& loop) {
    parts_->loops.fetch_add(1, std::memory_order_relaxed);
    const SharedByLoops shared{parts_->loops, parts_->admission, *parts_->commits, parts_->readers, parts_->events};
    return std::make_unique<LoopClient>(loop, shared, parts_->epoch, parts_->listeners);
}

void Storage::start(ports::CommitListener& listener) {
    parts_->checkpointer->start();
    parts_->readers.start();
    parts_->commits->start(listener);
}

void Storage::stop() {
    if (!std::exchange(parts_->stopped, true)) parts_->stop();
}

const std::string& Storage::epoch() const {
    return parts_->epoch;
}

Position Storage::last_position() const {
    return parts_->last_position;
}

std::optional<EpochMs> Storage::last_known_time() const {
    return parts_->last_known_time;
}

const Clock& Storage::continuous_clock() const {
    return *parts_->continuous;
}

bool Storage::writable() const {
    return parts_->commits->writable();
}

StorageStats Storage::stats() const {
    StorageStats stats;
    stats.commits = parts_->commits->commits();
    stats.commits_failed = parts_->commits->commits_failed();
    stats.rows = parts_->commits->rows();
    stats.checkpoints = parts_->checkpointer->checkpoints();
    stats.requests_waiting = parts_->admission.requests();
    stats.bytes_waiting = parts_->admission.bytes();
    stats.reads_waiting = parts_->readers.waiting();
    stats.log_bytes = parts_->checkpointer->log_bytes();
    stats.database_bytes = file_bytes(parts_->file.path);
    return stats;
}

}  // namespace notifyd::storage
