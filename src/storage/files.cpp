// System calls behind the database's files.
#include "files.hpp"

#include "notifyd/core/ids.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <filesystem>
#include <string_view>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <vector>

namespace notifyd::storage {

namespace {

constexpr std::array<std::string_view, 3> log_suffixes{"-journal", "-wal", "-shm"};
// A draft is its place's name, this, and sixteen random digits: no file of somebody else's is taken for one.
constexpr std::string_view draft_mark = ".draft-";
constexpr std::size_t draft_digits = 16;

std::string random_digits() {
    std::string digits = SystemIdSource().random().to_string();
    std::erase(digits, '-');
    return digits.substr(digits.size() - draft_digits);
}

// A draft, or a log of one.
bool is_draft_of(const std::string& place, std::string_view path) {
    const std::string begin = place + std::string(draft_mark);
    if (!path.starts_with(begin) || path.size() < begin.size() + draft_digits) return false;
    const std::string_view digits = path.substr(begin.size(), draft_digits);
    const std::string_view rest = path.substr(begin.size() + draft_digits);
    return digits.find_first_not_of("0123456789abcdef") == std::string_view::npos &&
           (rest.empty() || std::find(log_suffixes.begin(), log_suffixes.end(), rest) != log_suffixes.end());
}

// As many as can be: one that stays takes space, and is in nobody's way.
void remove_drafts_of(const std::string& place) {
    std::error_code failed;
    std::filesystem::directory_iterator entry(folder_of(place), failed);
    for (; !failed && entry != std::filesystem::directory_iterator(); entry.increment(failed)) {
        if (is_draft_of(place, entry->path().native())) ::unlink(entry->path().c_str());
    }
}

}  // namespace

StartupError system_error(const std::string& what, const std::string& path) {
    return StartupError{what + " " + path + ": " + std::generic_category().message(errno)};
}

StartupError database_error(const std::string& path, const std::string& reason) {
    return StartupError{"database " + path + ": " + reason};
}

Startup<std::string> resolved(const std::string& path, const std::string& name) {
    std::error_code failed;
    const auto absolute = path.empty() ? std::filesystem::path() : std::filesystem::absolute(path, failed);
    const auto canonical = failed ? absolute : std::filesystem::weakly_canonical(absolute, failed);
    if (failed || canonical.empty()) return StartupError{name + " is not a usable path: '" + path + "'"};
    // What is left of links are those that lead nowhere.
    if (std::filesystem::is_symlink(canonical, failed)) {
        return StartupError{name + " is a symbolic link to nothing: '" + path + "'"};
    }
    return Startup<std::string>(boost::system::in_place_value, canonical.string());
}

bool exists(const std::string& path) {
    return ::access(path.c_str(), F_OK) == 0;
}

std::optional<StartupError> not_a_filled_file(const std::string& path) {
    struct ::stat status {};
    if (::stat(path.c_str(), &status) != 0) return system_error("cannot open", path);
    if (!S_ISREG(status.st_mode)) return database_error(path, "not a regular file");
    if (status.st_size == 0) {
        // We never leave an empty file; to fill one might hide the loss of the real database.
        return database_error(path, "the file is empty: not a database");
    }
    return std::nullopt;
}

std::optional<StartupError> has_other_names(const std::string& database_path) {
    struct ::stat status {};
    if (::stat(database_path.c_str(), &status) != 0) {
        if (errno == ENOENT) return std::nullopt;
        return system_error("cannot open", database_path);
    }
    if (!S_ISREG(status.st_mode) || status.st_nlink <= 1) return std::nullopt;
    return database_error(database_path,
                          "the file has " + std::to_string(status.st_nlink) +
                              " names (hard links), and its log only one: remove the other names, or copy the file");
}

bool belongs_to(const std::string& database_path, const std::string& path) {
    if (path == database_path || path == database_path + ".lock" || is_draft_of(database_path, path)) return true;
    return std::any_of(log_suffixes.begin(), log_suffixes.end(), [&](std::string_view suffix) {
        return path == database_path + std::string(suffix);
    });
}

bool remove_logs(const std::string& database_path) {
    bool removed = true;
    for (const std::string_view suffix : log_suffixes) {
        if (::unlink((database_path + std::string(suffix)).c_str()) != 0 && errno != ENOENT) removed = false;
    }
    return removed;
}

bool sync_file(const std::string& file_or_folder) {
    const int descriptor = ::open(file_or_folder.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return false;
    const bool synced = ::fsync(descriptor) == 0;
    ::close(descriptor);
    return synced;
}

bool write_again(const std::string& path) {
    const int descriptor = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
    if (descriptor < 0) return false;
    std::vector<char> bytes(std::size_t{1} << 20U);
    ::off_t at = 0;
    ::ssize_t count = ::pread(descriptor, bytes.data(), bytes.size(), at);
    // A write that is cut short is followed by one of the rest: reading begins where it ended.
    while (count > 0) {
        const ::ssize_t written = ::pwrite(descriptor, bytes.data(), static_cast<std::size_t>(count), at);
        if (written <= 0) break;
        at += written;
        count = ::pread(descriptor, bytes.data(), bytes.size(), at);
    }
    const bool synced = count == 0 && ::fsync(descriptor) == 0;
    ::close(descriptor);
    return synced;
}

std::string folder_of(const std::string& path) {
    return std::filesystem::path(path).parent_path().string();
}

Startup<Draft> Draft::create(const std::string& place) {
    remove_drafts_of(place);
    const std::string path = place + std::string(draft_mark) + random_digits();
    constexpr ::mode_t owner_only = 0600;
    const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, owner_only);
    if (descriptor < 0) return system_error("cannot create", path);
    Draft draft(path);
    const bool made = ::fchmod(descriptor, owner_only) == 0;
    ::close(descriptor);
    if (!made) return system_error("cannot change the mode of", path);
    return draft;
}

Draft::~Draft() {
    if (path_.empty()) return;
    ::unlink(path_.c_str());
    (void)remove_logs(path_);
}

std::optional<StartupError> Draft::move_to(const std::string& place) {
    return move(place, 0);
}

std::optional<StartupError> Draft::move_to_free(const std::string& place) {
    return move(place, RENAME_NOREPLACE);
}

std::optional<StartupError> Draft::move(const std::string& place, unsigned flags) {
    if (!sync_file(path_)) return system_error("cannot sync", path_);
    int moved = ::renameat2(AT_FDCWD, path_.c_str(), AT_FDCWD, place.c_str(), flags);
    if (moved != 0 && errno == EINVAL && !exists(place)) {
        moved = ::rename(path_.c_str(), place.c_str());  // a network file system that knows no flags
    }
    if (moved != 0) return system_error("cannot create", place);
    path_.clear();
    if (!sync_file(folder_of(place))) return system_error("cannot sync", folder_of(place));
    return std::nullopt;
}

}  // namespace notifyd::storage
