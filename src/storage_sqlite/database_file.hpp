// The database as files: locked against a second process, created atomically, checked before use.
// Owns:   the lock, which the kernel releases with the process, however that ends.
// Thread: the one that opens the storage.
// Fails:  with one message that names the file. An existing file that is not ours is never written to.
#pragma once

#include "notifyd/core/ids.hpp"
#include "notifyd/storage/startup.hpp"

#include "migrator.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace notifyd::storage::sqlite {

// An exclusive flock(2) on `<path>.lock`, not on the database itself: closing any other descriptor of that file would
// drop SQLite's locks on it.
class FileLock {
  public:
    // remove: for a short-lived lock. The file is removed with the object, unless somebody has written into it.
    enum class AtEnd : std::uint8_t { keep, remove };
    [[nodiscard]] static Startup<FileLock> take(const std::string& database_path, AtEnd at_end = AtEnd::keep);

    FileLock(FileLock&& other) noexcept
        : descriptor_(std::exchange(other.descriptor_, -1)),
          database_path_(std::move(other.database_path_)),
          path_(std::move(other.path_)),
          at_end_(other.at_end_) {}
    FileLock& operator=(FileLock&&) = delete;
    ~FileLock();

    // Whether the locked file is still the one with that name.
    [[nodiscard]] bool is_in_place() const;
    // Locks the file that has the name now, or creates one. On failure, the old lock is kept.
    [[nodiscard]] Startup<void> take_again();

  private:
    FileLock(int descriptor, std::string database_path, AtEnd at_end)
        : descriptor_(descriptor),
          database_path_(std::move(database_path)),
          path_(database_path_ + ".lock"),
          at_end_(at_end) {}

    int descriptor_;
    std::string database_path_;
    std::string path_;
    AtEnd at_end_;
};

struct PreparedFile {
    std::string path;  // absolute, without symbolic links, so that the locked file is the opened one
    FileLock lock;
    MigrationReport migrated;
};

struct FileOptions {
    std::vector<Migration> migrations;
    // A database up to this size is read completely before it is used (at most 0.2 s). Larger ones rely on SQLite's own
    // checks of each page that it uses.
    std::uint64_t check_bytes_max = std::uint64_t{64} * 1024 * 1024;
};

// Locks the database, creates it if there is none, and otherwise checks and migrates it. Leaves no connection open.
[[nodiscard]] Startup<PreparedFile> prepare_file(const std::string& path,
                                                 const FileOptions& options,
                                                 IdSource& ids,
                                                 const MigrationApplied& applied);

// Gives the database a new random id.
[[nodiscard]] bool renew_epoch(Database& database, IdSource& ids);

}  // namespace notifyd::storage::sqlite
