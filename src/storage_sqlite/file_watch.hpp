// Checks the database's files by name while the server runs. SQLite keeps writing to files that were deleted, moved or
// replaced, and what it commits there cannot be found again after a restart.
// Borrows the storage thread's connection and the file lock.
// Thread: the storage thread; begin() before it starts, the rest also after it has ended.
// Fails:  a file that cannot be examined counts as lost.
#pragma once

#include "database.hpp"
#include "database_file.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <sys/types.h>

namespace notifyd::storage::sqlite {

class FileWatch {
  public:
    FileWatch(Database& writer, FileLock& lock, std::string path);

    // Records which files are open. Call it once every connection has opened the log. False: a file was replaced while
    // the storage was being opened; loss() says which.
    [[nodiscard]] bool begin();

    // Whether everything committed now can be found again under the files' names; takes a few microseconds. Files that
    // were moved away may come back. Files that another program has written to stay lost for good, because what SQLite
    // has cached of them is no longer true.
    [[nodiscard]] bool look();
    // What the last look found, and what to do about it, in one message.
    [[nodiscard]] const std::string& loss() const { return loss_; }

    // How to keep the write-ahead log from getting lost, or from doing harm, given the last look's findings.
    enum class Rescue : std::uint8_t {
        none,  // everything is in place, or copying would make it worse
        copy,  // copy the log into the database: the log has lost its name, or the database has moved
        cut,   // copy and empty it: another database has taken our name and would adopt the log
    };
    [[nodiscard]] Rescue rescue() const;

  private:
    enum class Place : std::uint8_t { ours, missing, other, unknown };
    struct Watched {
        std::string path;
        ::dev_t device = 0;
        ::ino_t inode = 0;
        Place place = Place::ours;
    };

    [[nodiscard]] bool look_once();
    void look_at(Watched& file);
    void look_at_lock();
    void look_at_mount();
    void look_at_content();
    [[nodiscard]] bool is_log_whole();
    void add_finding(const std::string& finding);
    [[nodiscard]] std::string advice() const;
    [[nodiscard]] sqlite3_file* file_of(int which);

    Database& writer_;
    FileLock& lock_;
    std::string folder_;
    Watched database_;
    Watched log_;
    Watched index_;
    std::uint32_t change_counter_ = 0;  // in the database's header; never decreases
    bool ruined_ = false;
    std::string loss_;
};

}  // namespace notifyd::storage::sqlite
