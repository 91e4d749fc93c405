// Helpers for the database's files and folders: messages about them, finding them, and syncing.
// Thread: the one that opens the storage, or a command's.
// Fails:  with one message that names the file and the system's reason.
#pragma once

#include "notifyd/storage/startup.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace notifyd::storage::sqlite {

[[nodiscard]] StartupError system_error(const std::string& what, const std::string& path);  // with errno's reason
// Says that a file cannot be created or opened, with errno's reason; names the folder if the folder is the cause.
[[nodiscard]] StartupError creation_error(const std::string& path);
[[nodiscard]] StartupError database_error(const std::string& path, const std::string& reason);

// Makes the path absolute and resolves symbolic links. `name` is what the message calls the path. A dangling link is
// refused: its target may be on a disk that is not mounted at the moment, and a new file would stand in for it. For
// root, so is a link that another user has made: it may lead to a file that is none of that user's business.
[[nodiscard]] Startup<std::string> resolved(const std::string& path, const std::string& name);
[[nodiscard]] bool exists(const std::string& path);
[[nodiscard]] bool is_folder(const std::string& path);
// nullopt: it is a regular file with content.
[[nodiscard]] std::optional<StartupError> not_a_filled_file(const std::string& path);
// nullopt: the file has only one name, or does not exist. The log and the lock are found by the database's name: opened
// under a second name, the database would be without its log and its lock.
[[nodiscard]] std::optional<StartupError> has_other_names(const std::string& database_path);
// Whether the path is the database's own or that of a file kept beside it: a log, the lock, a draft.
[[nodiscard]] bool belongs_to(const std::string& database_path, const std::string& path);
// Whether the path is that of a draft of `place`, or of a draft's log.
[[nodiscard]] bool is_draft_of(const std::string& place, std::string_view path);
// An unused, unguessable name for a draft of `place`.
[[nodiscard]] std::string draft_name(const std::string& place);
// Writes each byte of the file once more, and syncs. After a failed sync, the system may mark pages as clean that are
// only in memory, and another sync would skip them. Nobody else may write to the file meanwhile; readers see no change.
[[nodiscard]] bool write_again(const std::string& path);
[[nodiscard]] std::string folder_of(const std::string& path);
[[nodiscard]] std::string name_of(const std::string& path);

// A folder that stays the same whatever its path leads to later. Names are looked up inside it, and symbolic links are
// never followed, so that the folder's owner cannot redirect a command that root runs.
class Folder {
  public:
    // The folder that contains the file.
    [[nodiscard]] static Startup<Folder> of(const std::string& file);

    Folder(Folder&& other) noexcept
        : descriptor_(std::exchange(other.descriptor_, -1)), path_(std::move(other.path_)) {}
    Folder& operator=(Folder&&) = delete;
    ~Folder();

    [[nodiscard]] int descriptor() const { return descriptor_; }
    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] std::vector<std::string> names() const;
    // Succeeds if the file is gone already.
    [[nodiscard]] bool remove(const std::string& name) const;
    // Removes what SQLite keeps beside a database: its log, the log's index, a rollback journal.
    [[nodiscard]] bool remove_logs_of(const std::string& database_name) const;
    // Gives a file that root has just created in the folder to the folder's owner, because the server that will use it
    // runs as that user. Where root may not give files away (in some containers), the file stays root's.
    void adopt(int file) const;
    [[nodiscard]] bool sync() const;

  private:
    Folder(int descriptor, std::string path) : descriptor_(descriptor), path_(std::move(path)) {}

    int descriptor_;
    std::string path_;
};

}  // namespace notifyd::storage::sqlite
