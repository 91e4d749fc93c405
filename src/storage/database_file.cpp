// Locking, creating and checking the database file.
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

namespace notifyd::storage {

namespace {

// Built beside its place and renamed, so that a crash leaves either no database or a whole one. Until then nothing of
// it needs to survive, so it is synced once, at the end.
Startup<MigrationReport> create_database(const std::string& path,
                                         std::span<const Migration> migrations,
                                         IdSource& ids,
                                         const MigrationApplied& applied) {
    auto draft = Draft::create(path);
    if (!draft.has_value()) return draft.error();
    Database database;
    // To be said before the first table: pages of 8 KiB (a fifth more rows a second than 4 KiB in commits of 256 rows
    // and more, as many in small ones), and that what retention frees can be given back to the disk.
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

// A process that ended by a failed sync may have left frames in the log that can be read and are not on the disk.
// Nothing must be appended behind them: after a power cut the log would end before them. So the log is copied into the
// database and cut. While an outsider reads (a backup may take minutes) it cannot be cut; then it is written once more,
// with the write lock held, so that nobody changes it. SQLite has no locks on the log's own file that closing it could
// drop.
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

// -1, with errno: ENOENT where it was removed in between.
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
        // Under a second name it may be anybody's.
        struct ::stat status {};
        const bool is_own = ::fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode) && status.st_nlink <= 1;
        if (!is_own) return database_error(database_path, "its lock " + path + " is no file of its own: remove it");
        if (::fchmod(descriptor, owner_only) != 0) return system_error("cannot change the mode of", path);
        if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
            if (errno != EWOULDBLOCK) return system_error("cannot lock", path);
            return database_error(database_path, "another process has it open (it holds the lock on " + path + ")");
        }
        // Removed since it was opened: who comes next makes another one, and would lock that.
        if (!lock.is_in_place()) continue;
        lock.at_end_ = at_end;
        return lock;
    }
    return database_error(database_path, "its lock " + path + " is removed again and again");
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
    // What was locked has no name any more that could be removed.
    taken->at_end_ = AtEnd::keep;
    return {};
}

FileLock::~FileLock() {
    if (descriptor_ < 0) return;
    struct ::stat status {};
    const bool removes = at_end_ == AtEnd::remove && ::fstat(descriptor_, &status) == 0 && status.st_size == 0;
    // While it is held: who has opened it already looks whether it is still there.
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

}  // namespace notifyd::storage
