// System calls behind the log.
#include "log_output.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <poll.h>
#include <stdexcept>
#include <string>
#include <sys/socket.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace notifyd::observability {

namespace {

[[noreturn]] void fail(const std::filesystem::path& path, const std::string& reason) {
    throw std::runtime_error("log.file cannot be opened: " + path.string() + ": " + reason);
}

std::string reason_of(int error) {
    return std::generic_category().message(error);
}

int open_to_append(const std::filesystem::path& path, int more_flags) {
    constexpr ::mode_t all_may_write = 0666;  // less the umask
    // Without O_NONBLOCK, opening a pipe would wait for its reader.
    const int flags = O_WRONLY | O_APPEND | O_NOCTTY | O_CLOEXEC | O_NONBLOCK;
    return ::open(path.c_str(), flags | more_flags, all_may_write);
}

// The owner of a folder that is not root's can put a link to any file in the log's place.
bool is_link_of_another_user(const std::filesystem::path& path) {
    struct ::stat status {};
    if (::lstat(path.c_str(), &status) != 0 || !S_ISLNK(status.st_mode)) return false;
    return status.st_uid != 0 && status.st_uid != ::geteuid();
}

// A file that root has just created in the server's folder is for the server, which runs as the folder's owner.
void give_to_folders_owner(int descriptor, const std::filesystem::path& path) {
    struct ::stat folder {};
    if (::geteuid() != 0 || ::lstat(path.parent_path().c_str(), &folder) != 0 || folder.st_uid == 0) return;
    if (S_ISDIR(folder.st_mode)) static_cast<void>(!::fchown(descriptor, folder.st_uid, folder.st_gid));
}

}  // namespace

LogOutput LogOutput::to_stderr() {
    struct ::stat status {};
    const bool known = ::fstat(STDERR_FILENO, &status) == 0;
    if (known && S_ISSOCK(status.st_mode)) return {STDERR_FILENO, Kind::socket, Owner::process};
    if (!known || S_ISREG(status.st_mode)) return {STDERR_FILENO, Kind::file, Owner::process};
    // O_NONBLOCK belongs to the open file, which other processes share: a shell would find its terminal changed.
    // Opening the same pipe or terminal again gives it flags of its own.
    const int again = ::open("/proc/self/fd/2", O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (again >= 0) return {again, Kind::nonblocking, Owner::ours};
    return {STDERR_FILENO, Kind::blocking, Owner::process};
}

LogOutput LogOutput::to_file(const std::filesystem::path& path, const LogOutput* model) {
    int descriptor = open_to_append(path, O_CREAT | O_EXCL | O_NOFOLLOW);
    const bool is_new = descriptor >= 0;
    if (!is_new && errno == EEXIST) {
        descriptor = open_to_append(path, O_NOFOLLOW);
        if (descriptor < 0 && errno == ELOOP) {
            if (::geteuid() == 0 && is_link_of_another_user(path)) {
                fail(path, "another user has made it a symbolic link, which root does not follow");
            }
            descriptor = open_to_append(path, O_CREAT);
        }
    }
    if (descriptor < 0) fail(path, reason_of(errno));
    struct ::stat status {};
    const Kind kind = ::fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode) ? Kind::file : Kind::nonblocking;
    LogOutput output(descriptor, kind, Owner::ours);
    if (is_new && model == nullptr) give_to_folders_owner(descriptor, path);
    struct ::stat before {};
    if (!is_new || model == nullptr || ::fstat(model->descriptor_, &before) != 0) return output;
    // Best effort: a service that was writing to root's file continues in one of its own.
    const bool same_owner = before.st_uid == status.st_uid && before.st_gid == status.st_gid;
    if (!same_owner) static_cast<void>(!::fchown(descriptor, before.st_uid, before.st_gid));
    static_cast<void>(::fchmod(descriptor, before.st_mode & 0666U));
    return output;
}

LogOutput::LogOutput(LogOutput&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), kind_(other.kind_), owner_(other.owner_) {}

LogOutput& LogOutput::operator=(LogOutput&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    std::swap(kind_, other.kind_);
    std::swap(owner_, other.owner_);
    return *this;
}

LogOutput::~LogOutput() {
    if (owner_ == Owner::ours && descriptor_ >= 0) ::close(descriptor_);
}

LogOutput::Written LogOutput::write_some(std::string_view text, std::size_t& count) {
    count = 0;
    ::ssize_t written = -1;
    do {
        if (kind_ == Kind::socket) {
            written = ::send(descriptor_, text.data(), text.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
        } else if (kind_ == Kind::blocking) {
            // A writable pipe has room for at least this much (PIPE_BUF).
            constexpr std::size_t room_bytes = 4096;
            ::pollfd room{descriptor_, POLLOUT, 0};
            if (::poll(&room, 1, 0) == 0) return Written::not_now;
            written = ::write(descriptor_, text.data(), std::min(text.size(), room_bytes));
        } else {
            written = ::write(descriptor_, text.data(), text.size());
        }
    } while (written < 0 && errno == EINTR);
    if (written < 0) return errno == EAGAIN || errno == EWOULDBLOCK ? Written::not_now : Written::failed;
    count = static_cast<std::size_t>(written);
    return Written::some;
}

void LogOutput::wait_for_room() const {
    constexpr int moment_ms = 50;
    ::pollfd room{descriptor_, POLLOUT, 0};
    static_cast<void>(::poll(&room, 1, moment_ms));
}

bool LogOutput::is_deleted() const {
    struct ::stat status {};
    return kind_ == Kind::file && owner_ == Owner::ours && ::fstat(descriptor_, &status) == 0 && status.st_nlink == 0;
}

}  // namespace notifyd::observability
