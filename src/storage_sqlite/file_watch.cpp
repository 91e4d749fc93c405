// Compares names with the open files, and headers with their earlier state.
#include "file_watch.hpp"

#include "big_endian.hpp"
#include "files.hpp"
#include "log_file.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <string_view>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <system_error>
#include <utility>

namespace notifyd::storage::sqlite {

namespace {

// Whether one of the process's descriptors refers to this file. Without /proc, this is unknown, and it counts as open.
bool is_open_here(::dev_t device, ::ino_t inode) {
    std::error_code failed;
    std::filesystem::directory_iterator entry("/proc/self/fd", failed);
    if (failed) return true;
    for (; !failed && entry != std::filesystem::directory_iterator(); entry.increment(failed)) {
        const std::string name = entry->path().filename().string();
        int descriptor = -1;
        std::from_chars(name.data(), name.data() + name.size(), descriptor);
        struct ::stat status {};
        const bool same = ::fstat(descriptor, &status) == 0 && status.st_dev == device && status.st_ino == inode;
        if (same) return true;
    }
    return false;
}

// The start of the wal-index (sqlite.org/walformat.html), which says how far the log has been written. Its header is
// stored twice, in this machine's byte order; while it is being changed, the two differ.
struct LogMark {
    std::uint32_t frames = 0;
    std::uint32_t page_bytes = 0;
    std::array<unsigned char, 8> salt{};
};

std::optional<LogMark> read_log_mark(sqlite3_file* database) {
    constexpr int region_bytes = 32'768;
    constexpr std::size_t header_bytes = 48;
    void volatile* region = nullptr;
    const int code = database->pMethods->xShmMap(database, 0, region_bytes, 0, &region);
    if (code != SQLITE_OK || region == nullptr) return std::nullopt;
    std::array<unsigned char, 2 * header_bytes> bytes{};
    const auto* from = static_cast<const volatile unsigned char*>(region);
    std::copy_n(from, bytes.size(), bytes.begin());
    if (!std::equal(bytes.begin(), bytes.begin() + header_bytes, bytes.begin() + header_bytes)) return std::nullopt;
    LogMark mark;
    std::uint16_t page = 0;
    std::memcpy(&page, &bytes[14], sizeof(page));
    std::memcpy(&mark.frames, &bytes[16], sizeof(mark.frames));
    std::copy_n(&bytes[32], mark.salt.size(), mark.salt.begin());
    mark.page_bytes = (page & 0xFE00U) + ((page & 1U) << 16U);  // 1 means 65,536
    return mark;
}

}  // namespace

FileWatch::FileWatch(Database& writer, FileLock& lock, std::string path)
    : writer_(writer), lock_(lock), folder_(folder_of(path)) {
    log_.path = path + "-wal";
    index_.path = path + "-shm";
    database_.path = std::move(path);
}

bool FileWatch::begin() {
    for (Watched* file : {&database_, &log_, &index_}) {
        struct ::stat status {};
        if (::lstat(file->path.c_str(), &status) != 0 || !is_open_here(status.st_dev, status.st_ino)) {
            add_finding(file->path + " was replaced during the start");
            return false;
        }
        file->device = status.st_dev;
        file->inode = status.st_ino;
    }
    return look();
}

bool FileWatch::look() {
    if (ruined_) return false;
    // While another program copies the log into the database, one look may see a half-finished change.
    const bool in_place = look_once() || look_once();
    if (!in_place) loss_ += advice();
    return in_place;
}

bool FileWatch::look_once() {
    loss_.clear();
    for (Watched* file : {&database_, &log_, &index_}) look_at(*file);
    if (loss_.empty()) look_at_lock();
    look_at_mount();
    ruined_ = false;
    look_at_content();
    return loss_.empty();
}

void FileWatch::look_at(Watched& file) {
    // lstat, because behind a symbolic link SQLite would look for the log next to the link's target.
    struct ::stat status {};
    if (::lstat(file.path.c_str(), &status) != 0) {
        const bool missing = errno == ENOENT || errno == ENOTDIR;
        file.place = missing ? Place::missing : Place::unknown;
        add_finding(missing ? file.path + " was deleted or moved" : system_error("cannot find", file.path).message);
        return;
    }
    const bool ours = status.st_dev == file.device && status.st_ino == file.inode;
    file.place = ours ? Place::ours : Place::other;
    if (!ours) add_finding(file.path + " was replaced by another file");
}

// Without it, a second server would not notice this one. Whoever deleted it took it for a leftover.
void FileWatch::look_at_lock() {
    if (lock_.is_in_place()) return;
    if (const auto taken = lock_.take_again(); !taken.has_value()) {
        add_finding("the lock file was deleted or replaced: " + taken.error().message);
    }
}

void FileWatch::look_at_mount() {
    struct ::statvfs status {};
    if (::statvfs(folder_.c_str(), &status) != 0 || (status.f_flag & ST_RDONLY) == 0) return;
    add_finding(folder_ + " is mounted read-only");
}

sqlite3_file* FileWatch::file_of(int which) {
    sqlite3_file* file = nullptr;
    const int code = sqlite3_file_control(writer_.handle(), "main", which, static_cast<void*>(&file));
    return code == SQLITE_OK && file != nullptr && file->pMethods != nullptr ? file : nullptr;
}

void FileWatch::look_at_content() {
    sqlite3_file* file = file_of(SQLITE_FCNTL_FILE_POINTER);
    if (file == nullptr) return;
    constexpr std::string_view magic("SQLite format 3\0", 16);
    constexpr unsigned char with_log = 2;  // the format version of a database in WAL mode
    std::array<unsigned char, 100> header{};
    const int code = file->pMethods->xRead(file, header.data(), static_cast<int>(header.size()), 0);
    // What cannot be read now may be readable later; a file that is too short has been truncated.
    if (code != SQLITE_OK && code != SQLITE_IOERR_SHORT_READ) return;
    const std::uint32_t counter = read_u32(&header[24]);
    if (std::memcmp(header.data(), magic.data(), magic.size()) != 0 || header[18] != with_log ||
        header[19] != with_log || counter < change_counter_) {
        ruined_ = true;
        add_finding(database_.path + " was overwritten by another program");
        return;
    }
    change_counter_ = counter;
    if (is_log_whole()) return;
    ruined_ = true;
    add_finding(log_.path + " was overwritten by another program");
}

bool FileWatch::is_log_whole() {
    constexpr sqlite3_int64 header_bytes = 32;
    constexpr sqlite3_int64 frame_header_bytes = 24;
    sqlite3_file* log = file_of(SQLITE_FCNTL_JOURNAL_POINTER);
    const auto mark = read_log_mark(file_of(SQLITE_FCNTL_FILE_POINTER));
    if (log == nullptr || !mark.has_value() || mark->frames == 0) return true;
    sqlite3_int64 size = 0;
    if (log->pMethods->xFileSize(log, &size) != SQLITE_OK) return true;
    if (size < header_bytes + mark->frames * (frame_header_bytes + mark->page_bytes)) return false;
    std::array<unsigned char, header_bytes> header{};
    if (log->pMethods->xRead(log, header.data(), static_cast<int>(header.size()), 0) != SQLITE_OK) return true;
    return std::equal(mark->salt.begin(), mark->salt.end(), &header[16]);
}

void FileWatch::add_finding(const std::string& finding) {
    loss_ += (loss_.empty() ? "" : "; ") + finding;
}

std::string FileWatch::advice() const {
    if (ruined_) return ": nothing is stored any more; stop the server and restore a backup";
    const auto is_ours = [](const Watched& file) { return file.place == Place::ours; };
    if (is_ours(database_) && is_ours(log_) && is_ours(index_)) return ": nothing is stored until this is put right";
    if (is_ours(database_) && (is_ours(log_) || rescue() == Rescue::copy)) {
        return ": nothing is stored until the server is restarted; what was acknowledged before is kept";
    }
    return ": nothing is stored until the files are put back; otherwise stop the server and restore a backup";
}

FileWatch::Rescue FileWatch::rescue() const {
    if (ruined_ || loss_.empty()) return Rescue::none;
    switch (database_.place) {
        case Place::other:
            return Rescue::cut;
        case Place::missing:
            return Rescue::copy;
        case Place::unknown:
            return Rescue::none;
        case Place::ours:
            break;
    }
    if (log_.place == Place::missing) return Rescue::copy;
    // The next start would copy the foreign log over our pages.
    const bool harmless = log_.place == Place::other && LogFile(database_.path).state() != LogFile::State::sound;
    return harmless ? Rescue::copy : Rescue::none;
}

}  // namespace notifyd::storage::sqlite
