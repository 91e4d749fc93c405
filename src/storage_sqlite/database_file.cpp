// Locks, creates and checks the database file.
#include "database_file.hpp"

#include "database_check.hpp"
#include "draft.hpp"
#include "files.hpp"

#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <sys/file.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace notifyd::storage::sqlite {

namespace {

// Built next to its place and renamed, so that a crash leaves either no database or a complete one. Until then, nothing
// needs to survive, so it is synced only once, at the end.
Startup<MigrationReport> create_database(const std::string& path,
                                         std::span<const Migration> migrations,
                                         IdSource& ids,
                                         const MigrationApplied& applied) {
    auto draft = Draft::create(path);
    if (!draft.has_value()) return draft.error();
    Database database;
    // Must precede the first table. Pages of 8 KiB store a fifth more rows per second than 4 KiB in commits of 256 rows
    // or more, and as many in small ones. Incremental vacuum allows returning the space that retention frees.
    const char* prepare =
        "PRAGMA page_size = 8192; PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF;"
        "PRAGMA auto_vacuum = INCREMENTAL;";
    if (!database.open(draft->path(), Database::Access::read_write) || !database.execute(prepare) ||
        !mark_as_ours(database)) {
        return database_error(path, database.last_error());
    }
    auto migrated = apply_migrations(database, path, migrations, applied);
    if (!migrated.has_value()) return migrated;
    if (!renew_epoch(database, ids) || !database.execute("PRAGMA journal_mode = WAL")) {
        return database_error(path, database.last_error());
    }
    database.close();
    if (auto refusal = draft->take_owner_of(path)) return *refusal;
    if (auto refusal = draft->move_to(path)) return *refusal;
    return MigrationReport{0, migrated->to};
}

// A process that ended after a failed sync may have left frames in the log that can be read but are not on the disk.
// Nothing may be appended after them, because after a power cut the log would end before them. So the log is copied
// into the database and truncated. While an outside process is reading (a backup may take minutes), it cannot be
// truncated; then it is written once more, holding the write lock so that nobody changes it. SQLite holds no locks on
// the log file itself that closing it could drop.
Refusal secure_log(Database& database, const std::string& path) {
    const int copied =
        sqlite3_wal_checkpoint_v2(database.handle(), nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
    if (copied == SQLITE_OK) return std::nullopt;
    const bool is_read = (copied & 0xFF) == SQLITE_BUSY;
    if (!is_read || !database.execute("BEGIN IMMEDIATE")) return database_error(path, database.last_error());
    if (!write_again(path + "-wal")) return system_error("cannot write again", path + "-wal");
    const auto folder = Folder::of(path);
    if (!folder.has_value()) return folder.error();
    if (!folder->sync()) return system_error("cannot sync", folder_of(path));
    if (!database.execute("ROLLBACK")) return database_error(path, database.last_error());
    return std::nullopt;
}

Startup<MigrationReport> upgrade_database(const std::string& path,
                                          const FileOptions& options,
                                          const MigrationApplied& applied) {
    const auto files = check_files(path);
    if (!files.has_value()) return files.error();
    Database database;
    if (!open_unknown(database, path, Database::Access::read_write)) return database_error(path, database.last_error());
    const auto version = schema_version(database, path, options.migrations);
    if (!version.has_value()) return version.error();
    std::error_code unknown;
    const bool small = std::filesystem::file_size(path, unknown) <= options.check_bytes_max;
    if (small || *files == Files::doubtful) {
        if (auto refusal = check_content(database, path, Depth::quick)) return *refusal;
    }
    if (auto refusal = check_tables(database, path)) return *refusal;
    if (auto refusal = secure_log(database, path)) return *refusal;
    auto migrated = apply_migrations(database, path, options.migrations, applied);
    if (!migrated.has_value()) return migrated;
    if (auto refusal = check_epoch(database, path)) return *refusal;
    (void)set_log_at_close(database, LogAtClose::copy);
    return migrated;
}

// -1 with errno; ENOENT if it was removed in between.
int open_lock(const Folder& folder, const std::string& name, ::mode_t mode) {
    constexpr int flags = O_RDWR | O_NOFOLLOW | O_CLOEXEC;
    const int made = ::openat(folder.descriptor(), name.c_str(), flags | O_CREAT | O_EXCL, mode);
    if (made >= 0) folder.adopt(made);
    if (made >= 0 || errno != EEXIST) return made;
    return ::openat(folder.descriptor(), name.c_str(), flags);
}

}  // namespace

Startup<FileLock> FileLock::take(const std::string& database_path, AtEnd at_end) {
    const auto folder = Folder::of(database_path);
    if (!folder.has_value()) return folder.error();
    const std::string path = database_path + ".lock";
    constexpr ::mode_t owner_only = 0600;
    constexpr int tries = 100;
    for (int i = 0; i < tries; ++i) {
        const int descriptor = open_lock(*folder, name_of(path), owner_only);
        if (descriptor < 0 && errno == ENOENT) continue;
        if (descriptor < 0) return creation_error(path);
        FileLock lock(descriptor, database_path, AtEnd::keep);
        // If it has a second name, it may be anybody's file.
        struct ::stat status {};
        const bool is_own = ::fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode) && status.st_nlink <= 1;
        if (!is_own)
            return database_error(database_path, "its lock " + path + " is not a regular file of its own: remove it");
        if (::fchmod(descriptor, owner_only) != 0) return system_error("cannot change the mode of", path);
        if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
            if (errno != EWOULDBLOCK) return system_error("cannot lock", path);
            return database_error(database_path, "another process has it open (it holds the lock on " + path + ")");
        }
        // It was removed after it was opened: the next process would create and lock another one.
        if (!lock.is_in_place()) continue;
        lock.at_end_ = at_end;
        return lock;
    }
    return database_error(database_path, "its lock " + path + " keeps being removed");
}

bool FileLock::is_in_place() const {
    struct ::stat ours {};
    struct ::stat named {};
    return ::fstat(descriptor_, &ours) == 0 && ::lstat(path_.c_str(), &named) == 0 && ours.st_dev == named.st_dev &&
           ours.st_ino == named.st_ino;
}

Startup<void> FileLock::take_again() {
    auto taken = take(database_path_, at_end_);
    if (!taken.has_value()) return taken.error();
    std::swap(descriptor_, taken->descriptor_);
    // The previously locked file no longer has a name that could be removed.
    taken->at_end_ = AtEnd::keep;
    return {};
}

FileLock::~FileLock() {
    if (descriptor_ < 0) return;
    struct ::stat status {};
    const bool removes = at_end_ == AtEnd::remove && ::fstat(descriptor_, &status) == 0 && status.st_size == 0;
    // Unlinked while the lock is held: whoever has already opened the file checks whether it is still in place.
    if (removes && is_in_place()) ::unlink(path_.c_str());
    ::close(descriptor_);
}

bool renew_epoch(Database& database, IdSource& ids) {
    Statement write(database, "INSERT OR REPLACE INTO meta (key, value) VALUES ('epoch', ?1)");
    const std::string epoch = ids.random().to_string();
    return write.bind_text(1, epoch).run();
}

Startup<PreparedFile> prepare_file(const std::string& path,
                                   const FileOptions& options,
                                   IdSource& ids,
                                   const MigrationApplied& applied) {
    const auto whole = resolved(path, "storage.path");
    if (!whole.has_value()) return whole.error();
    auto lock = FileLock::take(*whole);
    if (!lock.has_value()) return lock.error();

    if (auto refusal = has_other_names(*whole)) return *refusal;
    struct ::stat status {};
    const bool is_there = ::stat(whole->c_str(), &status) == 0;
    if (!is_there && errno != ENOENT) return system_error("cannot open", *whole);
    if (!is_there && exists(*whole + "-wal")) {
        // SQLite would replay the old log into the new database.
        return database_error(*whole, "missing, but its log " + *whole + "-wal is there; restore it or remove the log");
    }
    auto migrated = is_there ? upgrade_database(*whole, options, applied)
                             : create_database(*whole, options.migrations, ids, applied);
    if (!migrated.has_value()) return migrated.error();
    return PreparedFile{*whole, std::move(*lock), *migrated};
}

Startup<MigrationReport> migrate(const std::string& path, IdSource& ids) {
    auto prepared = prepare_file(path, FileOptions{embedded_migrations()}, ids, {});
    if (!prepared.has_value()) return prepared.error();
    return prepared->migrated;
}

}  // namespace notifyd::storage::sqlite
