// Files and folders under the database: sentences about them, finding them, and syncing.
// Owns:   Folder: a descriptor.
// Thread: the one that opens the storage, or a command's.
// Fails:  with one sentence that names the file and tells the system's reason.
#pragma once

#include "notifyd/storage/startup.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace notifyd::storage {

[[nodiscard]] StartupError system_error(const std::string& what, const std::string& path);  // with errno's reason
// That a file cannot be created or opened, for errno's reason; names the folder where that is at fault.
[[nodiscard]] StartupError creation_error(const std::string& path);
[[nodiscard]] StartupError database_error(const std::string& path, const std::string& reason);

// Absolute and without symbolic links. `name` is what the sentence calls the path. A link to nothing is refused: what
// it points to may be on a disk that is not there at the moment, and a new file would stand in for it. So is, for root,
// a link that another user has made: it may lead to a file that is none of that user's business.
[[nodiscard]] Startup<std::string> resolved(const std::string& path, const std::string& name);
[[nodiscard]] bool exists(const std::string& path);
[[nodiscard]] bool is_folder(const std::string& path);
// Nothing: it is a file with something in it.
[[nodiscard]] std::optional<StartupError> not_a_filled_file(const std::string& path);
// Nothing: the file has one name, or there is none. A log goes by its database's name, and so does the lock: under a
// second name the file would be a database without its log, and without a lock.
[[nodiscard]] std::optional<StartupError> has_other_names(const std::string& database_path);
// Whether the path is the database's own, or that of something which is kept beside it: its logs, its lock, a draft.
[[nodiscard]] bool belongs_to(const std::string& database_path, const std::string& path);
// Whether the path is that of a draft of `place`, or of a log of one.
[[nodiscard]] bool is_draft_of(const std::string& place, std::string_view path);
// A name for a draft of `place` that nobody has taken and nobody can guess.
[[nodiscard]] std::string draft_name(const std::string& place);
// Writes each byte of the file once more, and syncs. After a failed sync the system may call pages clean that are in
// its memory only: another sync would skip them. Nobody else may write the file meanwhile; readers see no change.
[[nodiscard]] bool write_again(const std::string& path);
[[nodiscard]] std::string folder_of(const std::string& path);
[[nodiscard]] std::string name_of(const std::string& path);

// A folder that stays the same one, whatever its path leads to later. Names are looked up in it, and never followed if
// they are symbolic links: a command that root runs must not be led elsewhere by whoever owns the folder.
class Folder {
  public:
    // The folder that holds the file.
    [[nodiscard]] static Startup<Folder> of(const std::string& file);

    Folder(Folder&& other) noexcept
        : descriptor_(std::exchange(other.descriptor_, -1)), path_(std::move(other.path_)) {}
    Folder& operator=(Folder&&) = delete;
    ~Folder();

    [[nodiscard]] int descriptor() const { return descriptor_; }
    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] std::vector<std::string> names() const;
    // Gone already is fine.
    [[nodiscard]] bool remove(const std::string& name) const;
    // What SQLite keeps beside a database: its log, the log's index, a rollback journal.
    [[nodiscard]] bool remove_logs_of(const std::string& database_name) const;
    // A file that root has just created in it goes to the folder's owner: the server that is to use it runs as that
    // user. Where root may not give files away (in some containers), the file stays root's.
    void adopt(int file) const;
    [[nodiscard]] bool sync() const;

  private:
    Folder(int descriptor, std::string path) : descriptor_(descriptor), path_(std::move(path)) {}

    int descriptor_;
    std::string path_;
};

}  // namespace notifyd::storage
