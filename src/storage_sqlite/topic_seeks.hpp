// Finds places in one topic's commit order by seeks, each of which costs a logarithm of the history.
// Thread: one reader thread, inside a read transaction.
// Fails:  nothing is found; failed() distinguishes a failure.
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

namespace notifyd::storage::sqlite {

inline constexpr Sequence counter_max = std::numeric_limits<std::int64_t>::max();
inline constexpr Position position_max = std::numeric_limits<std::int64_t>::max();
// Before every row (positions begin at 1) and after every row.
inline constexpr PageCursor begin_of_topic{0, 0};
inline constexpr PageCursor end_of_topic{counter_max, position_max};

constexpr PageCursor end_of_counter(Sequence counter) {
    return {counter, position_max};
}

class TopicSeeks {
  public:
    explicit TopicSeeks(Database& database);

    // Selects the topic for all later calls. False: there is none, and its id and counter are 0.
    [[nodiscard]] bool select(const TopicName& name);
    [[nodiscard]] std::int64_t topic_id() const { return topic_id_; }
    // The topic's number as far as rows do not show it.
    [[nodiscard]] Sequence kept_counter() const { return kept_counter_; }
    // Whether anything has failed since select().
    [[nodiscard]] bool failed() const { return failed_; }

    [[nodiscard]] std::optional<WalkedRow> first_after(PageCursor at);
    [[nodiscard]] std::optional<WalkedRow> last_before(PageCursor at);
    // The runs of the log that may contain a message published from `from` to `to`, oldest first.
    [[nodiscard]] std::vector<TimeRun> runs(EpochMs from, EpochMs to);
    // By bisection: a row before the run, or inside it and earlier than `time`, whose successor (if any) is neither.
    // Every later row of the run was published at `time` - run.disorder or later, and every row up to it before `time`
    // + run.disorder.
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

}  // namespace notifyd::storage::sqlite
