// Locking, creating and checking the database file.
#include "database_file.hpp"

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <filesystem>
#include <sys/file.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace notifyd::storage {

namespace {

// "ntfd"; tells our databases from other programs'.
constexpr std::int64_t application_id = 0x6E746664;
constexpr ::mode_t file_mode = 0600;

StartupError system_error(const std::string& what, const std::string& path) {
    return StartupError{what + " " + path + ": " + std::generic_category().message(errno)};
}

StartupError database_error(const std::string& path, const std::string& reason) {
    return StartupError{"database " + path + ": " + reason};
}

bool sync(const std::string& file_or_folder) {
    const int descriptor = ::open(file_or_folder.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return false;
    const bool synced = ::fsync(descriptor) == 0;
    ::close(descriptor);
    return synced;
}

// An empty file with mode 0600, whatever the umask; SQLite gives its log the same mode.
bool create_empty(const std::string& path) {
    const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, file_mode);
    if (descriptor < 0) return false;
    const bool made = ::fchmod(descriptor, file_mode) == 0;
    ::close(descriptor);
    return made;
}

bool write_epoch(Database& database, IdSource& ids) {
    Statement insert(database, "INSERT INTO meta (key, value) VALUES ('epoch', ?1)");
    const std::string epoch = ids.random().to_string();
    return insert.bind_text(1, epoch).run();
}

// Built beside its place and renamed, so that a crash leaves either no database or a whole one. Until then nothing of
// it needs to survive, so it is synced once, at the end.
Startup<MigrationReport> create_database(const std::string& path,
                                         std::span<const Migration> migrations,
                                         IdSource& ids,
                                         const MigrationApplied& applied) {
    const std::string draft = path + ".new";
    for (const char* suffix : {"", "-journal", "-wal", "-shm"}) ::unlink((draft + suffix).c_str());
    if (!create_empty(draft)) return system_error("cannot create", draft);

    Database database;
    // To be said before the first table: pages of 8 KiB (a fifth more rows a second than 4 KiB in commits of 256 rows
    // and more, as many in small ones), and that what retention frees can be given back to the disk.
    const std::string identify =
        "PRAGMA page_size = 8192;PRAGMA journal_mode = MEMORY;PRAGMA synchronous = OFF;"
        "PRAGMA auto_vacuum = INCREMENTAL;PRAGMA application_id = " +
        std::to_string(application_id) + ";";
    if (!database.open(draft, Database::Access::read_write) || !database.execute(identify.c_str())) {
        return database_error(path, database.last_error());
    }
    auto migrated = apply_migrations(database, path, migrations, applied);
    if (!migrated.has_value()) return migrated;
    if (!write_epoch(database, ids) || !database.execute("PRAGMA journal_mode = WAL")) {
        return database_error(path, database.last_error());
    }
    database.close();
    if (!sync(draft)) return system_error("cannot sync", draft);
    if (::rename(draft.c_str(), path.c_str()) != 0) return system_error("cannot create", path);
    const std::string folder = std::filesystem::path(path).parent_path().string();
    if (!sync(folder)) return system_error("cannot sync", folder);
    return MigrationReport{0, migrated->to};
}

Startup<MigrationReport> upgrade_database(const std::string& path,
                                          std::span<const Migration> migrations,
                                          const MigrationApplied& applied) {
    Database database;
    if (!database.open(path, Database::Access::read_write)) return database_error(path, database.last_error());
    sqlite3_busy_timeout(database.handle(), 5'000);
    const auto owner = database.query_integer("PRAGMA application_id");
    // The pragma alone may be answered without a look at the tables; this is not.
    const auto tables = database.query_integer("SELECT count(*) FROM sqlite_schema");
    if (!owner.has_value() || !tables.has_value()) {
        if (database.last_code() == SQLITE_NOTADB) return database_error(path, "the file is not a database");
        return database_error(path, database.last_error());
    }
    if (*owner != application_id) return database_error(path, "the file belongs to another program");
    // A process that ended by a failed sync may have left pages in the log that can be read and are not on the disk.
    // Nothing must be appended behind them before they are safe in the database. Busy: an outsider reads, and so the
    // log is in use and was not left behind.
    const int copied =
        sqlite3_wal_checkpoint_v2(database.handle(), nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
    if (copied != SQLITE_OK && (copied & 0xFF) != SQLITE_BUSY) return database_error(path, database.last_error());
    return apply_migrations(database, path, migrations, applied);
}

}  // namespace

Startup<FileLock> FileLock::take(const std::string& database_path) {
    const std::string path = database_path + ".lock";
    const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, file_mode);
    if (descriptor < 0) return system_error("cannot open", path);
    FileLock lock(descriptor);
    if (::fchmod(descriptor, file_mode) != 0) return system_error("cannot change the mode of", path);
    if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK) return system_error("cannot lock", path);
        return database_error(database_path, "another process has it open (it holds the lock on " + path + ")");
    }
    return lock;
}

FileLock::~FileLock() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

Startup<PreparedFile> prepare_file(const std::string& path,
                                   std::span<const Migration> migrations,
                                   IdSource& ids,
                                   const MigrationApplied& applied) {
    std::error_code relative;
    std::error_code failed;
    const auto absolute = std::filesystem::absolute(path, relative);
    const std::string whole = std::filesystem::weakly_canonical(absolute, failed).string();
    if (path.empty() || relative || failed) return StartupError{"storage.path is not a usable path: '" + path + "'"};
    auto lock = FileLock::take(whole);
    if (!lock.has_value()) return lock.error();

    struct ::stat status {};
    const bool exists = ::stat(whole.c_str(), &status) == 0;
    if (!exists && errno != ENOENT) return system_error("cannot open", whole);
    if (exists && !S_ISREG(status.st_mode)) return database_error(whole, "not a regular file");
    if (exists && status.st_size == 0) {
        // We never leave an empty file; to fill this one might hide the loss of the real database.
        return database_error(whole, "the file is empty; remove it to begin with a new database");
    }
    if (!exists && ::access((whole + "-wal").c_str(), F_OK) == 0) {
        // SQLite would replay the old log into the new database.
        return database_error(whole, "missing, but its log " + whole + "-wal is there; restore it or remove the log");
    }
    auto migrated =
        exists ? upgrade_database(whole, migrations, applied) : create_database(whole, migrations, ids, applied);
    if (!migrated.has_value()) return migrated.error();
    return PreparedFile{whole, std::move(*lock), *migrated};
}

Startup<MigrationReport> migrate(const std::string& path, IdSource& ids) {
    auto prepared = prepare_file(path, embedded_migrations(), ids, {});
    if (!prepared.has_value()) return prepared.error();
    return prepared->migrated;
}

}  // namespace notifyd::storage
