// Works through descriptors, so that each operation applies to the file that was created.
#include "draft.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace notifyd::storage::sqlite {

namespace {

// Removes as many as possible: a remaining one takes up space but does no harm.
void remove_drafts_of(const std::string& place, const Folder& folder) {
    for (const std::string& name : folder.names()) {
        if (is_draft_of(place, folder.path() + "/" + name)) (void)folder.remove(name);
    }
}

}  // namespace

Startup<Draft> Draft::create(const std::string& place) {
    auto folder = Folder::of(place);
    if (!folder.has_value()) return folder.error();
    remove_drafts_of(place, *folder);
    const std::string name = draft_name(place);
    constexpr ::mode_t owner_only = 0600;
    const int flags = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
    const int descriptor = ::openat(folder->descriptor(), name.c_str(), flags, owner_only);
    if (descriptor < 0) return creation_error(folder->path() + "/" + name);
    Draft draft(std::move(*folder), name, descriptor);
    if (::fchmod(descriptor, owner_only) != 0) return system_error("cannot change the mode of", draft.path());
    return draft;
}

Draft::~Draft() {
    if (descriptor_ >= 0) ::close(descriptor_);
    if (name_.empty()) return;
    (void)folder_.remove(name_);
    (void)folder_.remove_logs_of(name_);
}

std::optional<std::uint64_t> Draft::size() const {
    struct ::stat status {};
    if (::fstat(descriptor_, &status) != 0) return std::nullopt;
    return static_cast<std::uint64_t>(status.st_size);
}

bool Draft::has_name(const std::string& name) const {
    struct ::stat ours {};
    struct ::stat named {};
    return ::fstat(descriptor_, &ours) == 0 &&
           ::fstatat(folder_.descriptor(), name.c_str(), &named, AT_SYMLINK_NOFOLLOW) == 0 &&
           ours.st_dev == named.st_dev && ours.st_ino == named.st_ino;
}

std::optional<StartupError> Draft::is_exchanged() const {
    if (has_name(name_)) return std::nullopt;
    return StartupError{path_ +
                        " was replaced by another program while it was being written; nothing was changed. "
                        "Check who can write to " +
                        folder_.path()};
}

// Root writes a file for a server that runs as another user.
std::optional<StartupError> Draft::take_owner_of(const std::string& place) {
    struct ::stat before {};
    struct ::stat now {};
    const std::string name = name_of(place);
    if (::fstatat(folder_.descriptor(), name.c_str(), &before, AT_SYMLINK_NOFOLLOW) != 0) {
        folder_.adopt(descriptor_);
        return std::nullopt;
    }
    if (!S_ISREG(before.st_mode)) return database_error(place, "not a regular file");
    if (::fstat(descriptor_, &now) != 0) return system_error("cannot open", path_);
    if (before.st_uid == now.st_uid && before.st_gid == now.st_gid) return std::nullopt;
    if (::fchown(descriptor_, before.st_uid, before.st_gid) == 0) return std::nullopt;
    return system_error("cannot give to its owner", path_);
}

std::optional<StartupError> Draft::move_to(const std::string& place) {
    return move(place, 0);
}

std::optional<StartupError> Draft::move_to_free(const std::string& place) {
    return move(place, RENAME_NOREPLACE);
}

std::optional<StartupError> Draft::move(const std::string& place, unsigned flags) {
    if (::fsync(descriptor_) != 0) return system_error("cannot sync", path_);
    if (auto refusal = is_exchanged()) return refusal;
    const int folder = folder_.descriptor();
    const std::string name = name_of(place);
    int moved = ::renameat2(folder, name_.c_str(), folder, name.c_str(), flags);
    const auto is_free = [&] {
        return ::faccessat(folder, name.c_str(), F_OK, AT_SYMLINK_NOFOLLOW) != 0 && errno == ENOENT;
    };
    if (moved != 0 && errno == EINVAL && is_free()) {
        moved =
            ::renameat(folder, name_.c_str(), folder, name.c_str());  // a network file system without support for flags
    }
    if (moved != 0) return system_error("cannot create", place);
    name_.clear();
    if (!has_name(name)) return StartupError{place + " was replaced by another program: do not use it"};
    if (!folder_.sync()) return system_error("cannot sync", folder_.path());
    return std::nullopt;
}

}  // namespace notifyd::storage::sqlite
