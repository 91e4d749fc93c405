// System calls for the database's files.
#include "files.hpp"

#include "notifyd/core/ids.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <deque>
#include <dirent.h>
#include <fcntl.h>
#include <filesystem>
#include <string_view>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <vector>

namespace notifyd::storage::sqlite {

namespace {

constexpr std::array<std::string_view, 3> log_suffixes{"-journal", "-wal", "-shm"};
// A draft's name is that of its place, this mark, and sixteen random digits, so that no other file is taken for one.
constexpr std::string_view draft_mark = ".draft-";
constexpr std::size_t draft_digits = 16;

std::string random_digits() {
    std::string digits = SystemIdSource().random().to_string();
    std::erase(digits, '-');
    return digits.substr(digits.size() - draft_digits);
}

// A descriptor that only identifies its file (O_PATH): nothing is opened that could block or have an effect.
class Handle {
  public:
    explicit Handle(const std::filesystem::path& path)
        : descriptor_(::open(path.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC)) {}
    ~Handle() {
        if (descriptor_ >= 0) ::close(descriptor_);
    }
    Handle(const Handle&) = delete;
    Handle& operator=(const Handle&) = delete;

    [[nodiscard]] bool status(struct ::stat& status) const { return ::fstat(descriptor_, &status) == 0; }
    // The target, if it is a link.
    [[nodiscard]] std::string target() const {
        std::array<char, 4096> bytes{};  // PATH_MAX
        const ::ssize_t count = ::readlinkat(descriptor_, "", bytes.data(), bytes.size());
        return count > 0 ? std::string(bytes.data(), static_cast<std::size_t>(count)) : std::string();
    }

  private:
    int descriptor_;
};

// The first link on the way that belongs to another user. Empty if there is none; `end` is then where the path leads,
// or empty if a link leads nowhere. A link is read through the descriptor that showed its owner, so that nobody can
// exchange it in between.
std::string follow_own_links(const std::filesystem::path& path, std::filesystem::path& end) {
    constexpr int links_max = 40;  // as many as the kernel follows
    std::deque<std::filesystem::path> left(path.begin(), path.end());
    std::filesystem::path whole;
    int links = 0;
    while (!left.empty() && links < links_max) {
        const std::filesystem::path next = whole / left.front();
        left.pop_front();
        const Handle handle(next);
        struct ::stat status {};
        if (!handle.status(status) || !S_ISLNK(status.st_mode)) {
            whole = next;
            continue;
        }
        if (status.st_uid != 0 && status.st_uid != ::geteuid()) return next.string();
        const std::filesystem::path target = handle.target();
        left.insert(left.begin(), target.begin(), target.end());
        if (target.is_absolute()) whole.clear();
        ++links;
    }
    if (left.empty() && (links == 0 || exists(whole.string()))) end = whole.lexically_normal();
    return {};
}

}  // namespace

StartupError system_error(const std::string& what, const std::string& path) {
    return StartupError{what + " " + path + ": " + std::generic_category().message(errno)};
}

StartupError creation_error(const std::string& path) {
    const int why = errno;
    const std::string folder = folder_of(path);
    struct ::stat status {};
    if (::stat(folder.c_str(), &status) != 0 && errno == ENOENT) {
        return StartupError{path + ": the folder " + folder + " does not exist: create it, or name another"};
    }
    if (S_ISREG(status.st_mode)) return StartupError{path + ": " + folder + " is a file, not a folder"};
    if (!exists(path) && ::faccessat(AT_FDCWD, folder.c_str(), W_OK | X_OK, AT_EACCESS) != 0) {
        return StartupError{path + ": nothing can be created in the folder " + folder + ": " +
                            std::generic_category().message(errno)};
    }
    const bool is_anothers = ::lstat(path.c_str(), &status) == 0 && status.st_uid != ::geteuid();
    if (why == EACCES && is_anothers) {
        return StartupError{path +
                            " belongs to another user, perhaps because a command was run as root: give it to the "
                            "user that the server runs as (chown)"};
    }
    errno = why;
    return system_error("cannot open", path);
}

StartupError database_error(const std::string& path, const std::string& reason) {
    return StartupError{"database " + path + ": " + reason};
}

Startup<std::string> resolved(const std::string& path, const std::string& name) {
    std::error_code failed;
    const auto absolute = path.empty() ? std::filesystem::path() : std::filesystem::absolute(path, failed);
    std::filesystem::path canonical;
    if (!failed && ::geteuid() == 0) {
        if (const std::string link = follow_own_links(absolute, canonical); !link.empty()) {
            return StartupError{name + " leads through " + link +
                                ", a symbolic link that another user has made and root does not follow; name the file "
                                "itself: '" +
                                path + "'"};
        }
    }
    if (canonical.empty() && !failed) canonical = std::filesystem::weakly_canonical(absolute, failed);
    if (failed || canonical.empty()) return StartupError{name + " is not a usable path: '" + path + "'"};
    // The links that remain are those that lead nowhere.
    if (std::filesystem::is_symlink(canonical, failed)) {
        return StartupError{name + " is a symbolic link to nothing: '" + path + "'"};
    }
    return Startup<std::string>(boost::system::in_place_value, canonical.string());
}

bool exists(const std::string& path) {
    return ::access(path.c_str(), F_OK) == 0;
}

bool is_folder(const std::string& path) {
    struct ::stat status {};
    return ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

std::optional<StartupError> not_a_filled_file(const std::string& path) {
    struct ::stat status {};
    if (::stat(path.c_str(), &status) != 0) return system_error("cannot open", path);
    if (!S_ISREG(status.st_mode)) return database_error(path, "not a regular file");
    if (status.st_size == 0) {
        // We never leave an empty file, and filling one might hide the loss of the real database.
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

bool is_draft_of(const std::string& place, std::string_view path) {
    const std::string begin = place + std::string(draft_mark);
    if (!path.starts_with(begin) || path.size() < begin.size() + draft_digits) return false;
    const std::string_view digits = path.substr(begin.size(), draft_digits);
    const std::string_view rest = path.substr(begin.size() + draft_digits);
    return digits.find_first_not_of("0123456789abcdef") == std::string_view::npos &&
           (rest.empty() || std::find(log_suffixes.begin(), log_suffixes.end(), rest) != log_suffixes.end());
}

std::string draft_name(const std::string& place) {
    return name_of(place) + std::string(draft_mark) + random_digits();
}

bool write_again(const std::string& path) {
    const int descriptor = ::open(path.c_str(), O_RDWR | O_NOFOLLOW | O_CLOEXEC);
    if (descriptor < 0) return false;
    std::vector<char> bytes(std::size_t{1} << 20U);
    ::off_t at = 0;
    ::ssize_t count = ::pread(descriptor, bytes.data(), bytes.size(), at);
    // A short write is followed by one of the rest, because reading starts where the write ended.
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

std::string name_of(const std::string& path) {
    return std::filesystem::path(path).filename().string();
}

Startup<Folder> Folder::of(const std::string& file) {
    std::string path = folder_of(file);
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (descriptor < 0) return creation_error(file);
    return Folder(descriptor, std::move(path));
}

Folder::~Folder() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

std::vector<std::string> Folder::names() const {
    std::vector<std::string> names;
    const int again = ::openat(descriptor_, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    ::DIR* listing = again < 0 ? nullptr : ::fdopendir(again);
    if (listing == nullptr) {
        if (again >= 0) ::close(again);
        return names;
    }
    while (const ::dirent* entry = ::readdir(listing)) names.emplace_back(entry->d_name);
    ::closedir(listing);
    return names;
}

bool Folder::remove(const std::string& name) const {
    return ::unlinkat(descriptor_, name.c_str(), 0) == 0 || errno == ENOENT;
}

bool Folder::remove_logs_of(const std::string& database_name) const {
    bool removed = true;
    for (const std::string_view suffix : log_suffixes) removed = remove(database_name + std::string(suffix)) && removed;
    return removed;
}

void Folder::adopt(int file) const {
    struct ::stat status {};
    if (::geteuid() != 0 || ::fstat(descriptor_, &status) != 0 || status.st_uid == 0) return;
    (void)!::fchown(file, status.st_uid, status.st_gid);
}

bool Folder::sync() const {
    return ::fsync(descriptor_) == 0;
}

}  // namespace notifyd::storage::sqlite
