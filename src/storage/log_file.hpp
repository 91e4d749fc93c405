// The write-ahead log as a file (sqlite.org/fileformat2.html#walformat), looked at before SQLite does: SQLite takes a
// log whose header it cannot read for an empty one, and what was committed into it would be gone without a word.
// Owns:   nothing.
// Thread: the one that opens the storage; nobody may write the log meanwhile.
// Fails:  what cannot be read is broken.
#pragma once

#include <cstdint>
#include <string>

namespace notifyd::storage {

class LogFile {
  public:
    // empty: missing, without a frame, or never synced (a power cut can leave zeroes). broken: not a log.
    enum class State : std::uint8_t { empty, sound, broken };

    explicit LogFile(const std::string& database_path);

    [[nodiscard]] State state() const { return state_; }
    [[nodiscard]] std::uint32_t page_bytes() const { return page_bytes_; }
    // Whether each of the pages first to last stands in the log. Looks at page numbers only: a page that is not there
    // is missing, one that is there may still be damaged.
    [[nodiscard]] bool holds(std::uint32_t first, std::uint32_t last) const;

  private:
    std::string path_;
    State state_ = State::empty;
    std::uint32_t page_bytes_ = 0;
    std::uint64_t salt_ = 0;  // stands in each frame that belongs to this header
};

}  // namespace notifyd::storage
