// Examines the write-ahead log (sqlite.org/fileformat2.html#walformat) before SQLite does: SQLite treats a log with an
// unreadable header as empty, and what was committed to it would be lost silently.
// Thread: the one that opens the storage; nobody may write to the log meanwhile. A log that cannot be read is broken.
#pragma once

#include <cstdint>
#include <string>

namespace notifyd::storage::sqlite {

class LogFile {
  public:
    // empty: missing, without a frame, or never synced (a power cut can leave zeroes). broken: not a valid log.
    enum class State : std::uint8_t { empty, sound, broken };

    explicit LogFile(const std::string& database_path);

    [[nodiscard]] State state() const { return state_; }
    [[nodiscard]] std::uint32_t page_bytes() const { return page_bytes_; }
    // Whether each of the pages first to last is in the log. Checks page numbers only: a page that is present may still
    // be damaged.
    [[nodiscard]] bool holds(std::uint32_t first, std::uint32_t last) const;

  private:
    std::string path_;
    State state_ = State::empty;
    std::uint32_t page_bytes_ = 0;
    std::uint64_t salt_ = 0;  // repeated in each frame that belongs to this header
};

}  // namespace notifyd::storage::sqlite
