// Files and folders under the database: sentences about them, syncing, and files under construction.
// Owns:   Draft: a file, until it stands in its place.
// Thread: the one that opens the storage, or a command's.
// Fails:  with one sentence that names the file and tells the system's reason.
#pragma once

#include "notifyd/storage/startup.hpp"

#include <optional>
#include <string>
#include <utility>

namespace notifyd::storage {

[[nodiscard]] StartupError system_error(const std::string& what, const std::string& path);  // with errno's reason
[[nodiscard]] StartupError database_error(const std::string& path, const std::string& reason);

// Absolute and without symbolic links. `name` is what the sentence calls the path. A link to nothing is refused: what
// it points to may be on a disk that is not there at the moment, and a new file would stand in for it.
[[nodiscard]] Startup<std::string> resolved(const std::string& path, const std::string& name);
[[nodiscard]] bool exists(const std::string& path);
// Nothing: it is a file with something in it.
[[nodiscard]] std::optional<StartupError> not_a_filled_file(const std::string& path);
// Nothing: the file has one name, or there is none. A log goes by its database's name, and so does the lock: under a
// second name the file would be a database without its log, and without a lock.
[[nodiscard]] std::optional<StartupError> has_other_names(const std::string& database_path);
// Whether the path is the database's own, or that of something which is kept beside it: its logs, its lock, a draft.
[[nodiscard]] bool belongs_to(const std::string& database_path, const std::string& path);
// What SQLite keeps beside a database: its log, the log's index, a rollback journal.
[[nodiscard]] bool remove_logs(const std::string& database_path);
[[nodiscard]] bool sync_file(const std::string& file_or_folder);
// Writes each byte of the file once more, and syncs. After a failed sync the system may call pages clean that are in
// its memory only: another sync would skip them. Nobody else may write the file meanwhile; readers see no change.
[[nodiscard]] bool write_again(const std::string& path);
[[nodiscard]] std::string folder_of(const std::string& path);

// A database that is being written beside its place, and removed with its logs unless it gets there: a crash or a
// failure leaves either nothing in that place (or what was there before) or a whole database.
class Draft {
  public:
    // An empty file with mode 0600, whatever the umask; SQLite gives its log the same mode. Its name is the place's
    // with an end that nobody picks. For who holds the place's lock: what a crash left of an earlier one is removed.
    [[nodiscard]] static Startup<Draft> create(const std::string& place);

    Draft(Draft&& other) noexcept : path_(std::exchange(other.path_, {})) {}
    Draft& operator=(Draft&&) = delete;
    ~Draft();

    [[nodiscard]] const std::string& path() const { return path_; }
    // Synced, renamed, and the folder synced. SQLite must have closed it.
    [[nodiscard]] std::optional<StartupError> move_to(const std::string& place);
    // The same, unless something stands there.
    [[nodiscard]] std::optional<StartupError> move_to_free(const std::string& place);

  private:
    explicit Draft(std::string path) : path_(std::move(path)) {}
    [[nodiscard]] std::optional<StartupError> move(const std::string& place, unsigned flags);

    std::string path_;  // empty: moved
};

}  // namespace notifyd::storage
