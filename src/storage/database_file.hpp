// The database as files: locked against a second process, created whole or not at all, checked before use.
// Owns:   the lock, which the kernel drops with the process however that ends.
// Thread: the one that opens the storage.
// Fails:  with one sentence that names the file. An existing file that is not ours is never written to.
#pragma once

#include "notifyd/core/ids.hpp"
#include "notifyd/storage/startup.hpp"

#include "migrator.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace notifyd::storage {

// An exclusive flock(2) on `<path>.lock`. Not on the database itself: closing another descriptor of that file would
// drop the locks that SQLite holds on it.
class FileLock {
  public:
    [[nodiscard]] static Startup<FileLock> take(const std::string& database_path);

    FileLock(FileLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
    FileLock& operator=(FileLock&&) = delete;
    ~FileLock();

  private:
    explicit FileLock(int descriptor) : descriptor_(descriptor) {}

    int descriptor_;
};

struct PreparedFile {
    std::string path;  // absolute, without symbolic links: what is locked is what is opened
    FileLock lock;
    MigrationReport migrated;
};

struct FileOptions {
    std::vector<Migration> migrations;
    // A database up to this size is read whole before it is used (at most 0.2 s). For larger ones there are
    // SQLite's own checks of each page that it uses.
    std::uint64_t check_bytes_max = std::uint64_t{64} * 1024 * 1024;
};

// Locks the database, creates it if there is none, otherwise checks and migrates it. Leaves no connection open.
[[nodiscard]] Startup<PreparedFile> prepare_file(const std::string& path,
                                                 const FileOptions& options,
                                                 IdSource& ids,
                                                 const MigrationApplied& applied);

// Gives the database a new random id.
[[nodiscard]] bool renew_epoch(Database& database, IdSource& ids);

}  // namespace notifyd::storage
