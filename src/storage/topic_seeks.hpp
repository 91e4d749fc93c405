// Places in one topic's commit order, found by seeks: each costs a logarithm of the history.
// Owns:   two walks. Thread: one reader thread, inside a read transaction.
// Fails:  with nothing found, and failed() tells it from there being nothing.
#pragma once

#include "notifyd/core/page.hpp"
#include "notifyd/core/topic_name.hpp"

#include "database.hpp"
#include "topic_walk.hpp"

#include <cstdint>
#include <limits>
#include <optional>

namespace notifyd::storage {

inline constexpr Sequence counter_max = std::numeric_limits<std::int64_t>::max();
inline constexpr Position position_max = std::numeric_limits<std::int64_t>::max();
// In front of every row (positions begin at 1) and behind every row.
inline constexpr PageCursor begin_of_topic{0, 0};
inline constexpr PageCursor end_of_topic{counter_max, position_max};

constexpr PageCursor end_of_counter(Sequence counter) {
    return {counter, position_max};
}

// How far the publish times of two messages may contradict their commit order: concurrent publishers stamp their
// messages in turns of their own before they meet in a commit.
inline constexpr EpochMs time_slack_ms = 1'000;

class TopicSeeks {
  public:
    explicit TopicSeeks(Database& database);

    // The topic that is meant from now on. False: there is none, and its id and counter are 0.
    [[nodiscard]] bool select(const TopicName& name);
    [[nodiscard]] std::int64_t topic_id() const { return topic_id_; }
    // The topic's number as far as rows do not tell it.
    [[nodiscard]] Sequence kept_counter() const { return kept_counter_; }
    // Since select().
    [[nodiscard]] bool failed() const { return failed_; }

    [[nodiscard]] std::optional<WalkedRow> first_after(PageCursor at);
    [[nodiscard]] std::optional<WalkedRow> last_before(PageCursor at);
    // By bisection, a row that is earlier than `time` and whose successor (if any) is not. Times follow the commit
    // order up to the slack, so whatever the bisection hits, no row on the wrong side of it is off by more than that.
    [[nodiscard]] PageCursor last_earlier_than(EpochMs time);

  private:
    [[nodiscard]] std::optional<WalkedRow> first_of(TopicWalk& walk, PageCursor at);
    [[nodiscard]] WalkedRow last_counter_earlier_than(EpochMs time, WalkedRow earlier, Sequence counter_last);
    [[nodiscard]] PageCursor last_row_earlier_than(EpochMs time, WalkedRow earlier);

    Statement topic_;
    TopicWalk forward_;
    TopicWalk backward_;
    std::int64_t topic_id_ = 0;
    Sequence kept_counter_ = 0;
    bool failed_ = false;
};

}  // namespace notifyd::storage
