// Walks through one topic's messages in commit order, (counter, position), from any place, in one direction.
// Two statements do the walk: one for the rest of the place's own counter, one for the counters after it. (With a
// single row comparison, SQLite 3.40 would seek by the counter only and step over the rest, because the position is the
// rowid.)
// Thread: one reader thread.
// Fails:  next() returns false, and failed() distinguishes a failure from the end.
#pragma once

#include "notifyd/core/page.hpp"
#include "notifyd/observability/events.hpp"

#include "database.hpp"
#include "row_checksum.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace notifyd::storage::sqlite {

struct WalkedRow {
    PageCursor at;
    RowKind kind = RowKind::standard;
    EpochMs published_at = 0;
    MessageId id;
};

class TopicWalk {
  public:
    enum class Direction : std::uint8_t { forward, backward };
    // places: rows without their bodies, which may be on overflow pages.
    enum class Columns : std::uint8_t { places, bodies };

    TopicWalk(Database& database, Direction direction, Columns columns);

    // The next row will be the one after `at` (before it, when walking backward).
    void start(std::int64_t topic_id, PageCursor at);
    [[nodiscard]] bool next();
    [[nodiscard]] bool failed() const { return failed_; }
    // Ends the walk, so that no read stays open.
    void finish();

    // Of the current row; views live until the next step.
    [[nodiscard]] const WalkedRow& row() const { return row_; }
    [[nodiscard]] std::string_view channel();
    [[nodiscard]] std::string_view head();
    // Whether the row matches its checksum. A row without one is intact only if it is older than the checksums.
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

// Emits an event that names a damaged row.
void tell_damaged(observability::Events& events, const TopicName& topic, const WalkedRow& row);

// Ends a walk at the end of a block.
class WalkGuard {
  public:
    explicit WalkGuard(TopicWalk& walk) : walk_(walk) {}
    ~WalkGuard() { walk_.finish(); }
    WalkGuard(const WalkGuard&) = delete;
    WalkGuard& operator=(const WalkGuard&) = delete;

  private:
    TopicWalk& walk_;
};

}  // namespace notifyd::storage::sqlite
