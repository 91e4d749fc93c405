// Places in one topic's commit order, found by seeks: each costs a logarithm of the history.
// Owns:   two walks. Thread: one reader thread, inside a read transaction.
// Fails:  with nothing found, and failed() tells it from there being nothing.
#pragma once

#include "notifyd/core/page.hpp"
#include "notifyd/core/topic_name.hpp"

#include "database.hpp"
#include "time_runs.hpp"
#include "topic_walk.hpp"

#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

namespace notifyd::storage {

inline constexpr Sequence counter_max = std::numeric_limits<std::int64_t>::max();
inline constexpr Position position_max = std::numeric_limits<std::int64_t>::max();
// In front of every row (positions begin at 1) and behind every row.
inline constexpr PageCursor begin_of_topic{0, 0};
inline constexpr PageCursor end_of_topic{counter_max, position_max};

constexpr PageCursor end_of_counter(Sequence counter) {
    return {counter, position_max};
}

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
    // The runs of the log that may hold a message published from `from` to `to`, the oldest first.
    [[nodiscard]] std::vector<TimeRun> runs(EpochMs from, EpochMs to);
    // By bisection, a row in front of the run, or inside it and earlier than `time`, whose successor (if any) is
    // neither. Every row of the run behind that place was published at `time` - run.disorder or later, and every row up
    // to it before `time` + run.disorder.
    [[nodiscard]] PageCursor last_earlier_than(const TimeRun& run, EpochMs time);

  private:
    [[nodiscard]] std::optional<WalkedRow> first_of(TopicWalk& walk, PageCursor at);
    template <class IsEarlier>
    [[nodiscard]] WalkedRow last_counter_where(IsEarlier is_earlier, WalkedRow earlier, Sequence counter_last);
    template <class IsEarlier>
    [[nodiscard]] PageCursor last_row_where(IsEarlier is_earlier, WalkedRow earlier);

    Statement topic_;
    TimeRunReader runs_;
    TopicWalk forward_;
    TopicWalk backward_;
    std::int64_t topic_id_ = 0;
    Sequence kept_counter_ = 0;
    bool failed_ = false;
};

}  // namespace notifyd::storage
