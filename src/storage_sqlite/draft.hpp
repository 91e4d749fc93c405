// A database that is being written next to its final place, and removed with its logs unless it gets there: a crash or
// failure leaves the place as it was before, never a partial database.
// Owns:   the file until it is in its place, and descriptors of the file and its folder.
// Thread: a command's, or the one that opens the storage.
// Fails:  with one message; also if the file to be moved is not the one that was created. The folder's owner can
// exchange files, and must not be able to make root change somebody else's file that way.
#pragma once

#include "notifyd/storage/startup.hpp"

#include "files.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace notifyd::storage::sqlite {

class Draft {
  public:
    // Creates an empty file with mode 0600, whatever the umask; SQLite gives its log the same mode. The name is the
    // place's with an unguessable suffix. The caller must hold the place's lock: drafts left by a crash are removed.
    [[nodiscard]] static Startup<Draft> create(const std::string& place);

    Draft(Draft&& other) noexcept
        : folder_(std::move(other.folder_)),
          name_(std::exchange(other.name_, {})),
          path_(std::move(other.path_)),
          descriptor_(std::exchange(other.descriptor_, -1)) {}
    Draft& operator=(Draft&&) = delete;
    ~Draft();

    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] const Folder& folder() const { return folder_; }
    // Bytes written so far.
    [[nodiscard]] std::optional<std::uint64_t> size() const;
    // nullopt: the name still belongs to the file that was created. Check this whenever SQLite has opened the file by
    // name.
    [[nodiscard]] std::optional<StartupError> is_exchanged() const;
    // Gives the draft the owner of the file that is in the place now; if there is none and root is writing, the
    // folder's owner.
    [[nodiscard]] std::optional<StartupError> take_owner_of(const std::string& place);
    // Syncs the draft, renames it and syncs the folder. SQLite must have closed it.
    [[nodiscard]] std::optional<StartupError> move_to(const std::string& place);
    // The same, but fails if the place is taken.
    [[nodiscard]] std::optional<StartupError> move_to_free(const std::string& place);

  private:
    Draft(Folder folder, std::string name, int descriptor)
        : folder_(std::move(folder)),
          name_(std::move(name)),
          path_(folder_.path() + "/" + name_),
          descriptor_(descriptor) {}
    [[nodiscard]] std::optional<StartupError> move(const std::string& place, unsigned flags);
    [[nodiscard]] bool has_name(const std::string& name) const;

    Folder folder_;
    std::string name_;  // empty once moved
    std::string path_;
    // Kept open to the end: closing any descriptor of the file would drop SQLite's locks on it.
    int descriptor_;
};

}  // namespace notifyd::storage::sqlite
