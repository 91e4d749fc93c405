// Walks through one topic's messages in commit order, (counter, position), from any place, in one direction.
// Owns:   its statements. Two walk: the rest of the place's own counter, and the counters behind it. (In one, as a
//         comparison of rows, SQLite 3.40 would seek by the counter only and step over the rest: the position is the
//         rowid.)
// Thread: one reader thread.
// Fails:  next() gives false, and failed() tells it from the end.
#pragma once

#include "notifyd/core/page.hpp"
#include "notifyd/observability/events.hpp"

#include "database.hpp"
#include "row_checksum.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace notifyd::storage {

struct WalkedRow {
    PageCursor at;
    RowKind kind = RowKind::standard;
    EpochMs published_at = 0;
    MessageId id;
};

class TopicWalk {
  public:
    enum class Direction : std::uint8_t { forward, backward };
    // places: rows without their bodies, which may lie on pages of their own.
    enum class Columns : std::uint8_t { places, bodies };

    TopicWalk(Database& database, Direction direction, Columns columns);

    // The next row will be the one behind `at` (in front of it, when walking backward).
    void start(std::int64_t topic_id, PageCursor at);
    [[nodiscard]] bool next();
    [[nodiscard]] bool failed() const { return failed_; }
    // Ends the walk, so that no read stays open.
    void finish();

    // Of the row at which the walk stands; views live until the next step.
    [[nodiscard]] const WalkedRow& row() const { return row_; }
    [[nodiscard]] std::string_view channel();
    [[nodiscard]] std::string_view head();
    // Whether the row is as it was written. A row without a checksum is, if it is older than the checksums.
    [[nodiscard]] bool intact();

  private:
    [[nodiscard]] bool step();
    [[nodiscard]] bool is_older_than_checksums();

    const Direction direction_;
    Statement same_counter_;
    Statement further_counters_;
    Statement unchecked_up_to_;
    Statement* current_ = nullptr;
    std::int64_t topic_id_ = 0;
    WalkedRow row_;
    bool failed_ = false;
};

// A row that is not intact() is an event that names it.
void tell_damaged(observability::Events& events, const TopicName& topic, const WalkedRow& row);

// Ends a walk with its block.
class WalkGuard {
  public:
    explicit WalkGuard(TopicWalk& walk) : walk_(walk) {}
    ~WalkGuard() { walk_.finish(); }
    WalkGuard(const WalkGuard&) = delete;
    WalkGuard& operator=(const WalkGuard&) = delete;

  private:
    TopicWalk& walk_;
};

}  // namespace notifyd::storage
