// A database that is being written beside its place, and removed with its logs unless it gets there: a crash or a
// failure leaves either nothing in that place (or what was there before) or a whole database.
// Owns:   the file until it stands in its place, and descriptors of it and of its folder.
// Thread: a command's, or the one that opens the storage.
// Fails:  with one sentence; also when the file that is to be moved is not the one that was created. Whoever owns the
//         folder can exchange it, and root must not be made to change somebody else's file that way.
#pragma once

#include "notifyd/storage/startup.hpp"

#include "files.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace notifyd::storage {

class Draft {
  public:
    // An empty file with mode 0600, whatever the umask; SQLite gives its log the same mode. Its name is the place's
    // with an end that nobody picks. For who holds the place's lock: what a crash left of an earlier one is removed.
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
    // Nothing: the name still belongs to the file that was created. To be asked whenever SQLite has opened it by name.
    [[nodiscard]] std::optional<StartupError> is_exchanged() const;
    // Gives it the owner of the file that stands in the place now. Is there none, and root writes it: the folder's.
    [[nodiscard]] std::optional<StartupError> take_owner_of(const std::string& place);
    // Synced, renamed, and the folder synced. SQLite must have closed it.
    [[nodiscard]] std::optional<StartupError> move_to(const std::string& place);
    // The same, unless something stands there.
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
    std::string name_;  // empty: moved
    std::string path_;
    // Kept to the end: SQLite's locks on the file would go with the first descriptor that is closed.
    int descriptor_;
};

}  // namespace notifyd::storage
