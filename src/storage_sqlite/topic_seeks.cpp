// Seeks over (topic_id, counter, position).
#include "topic_seeks.hpp"

namespace notifyd::storage::sqlite {

TopicSeeks::TopicSeeks(Database& database)
    : topic_(database, "SELECT id, last_sequence FROM topics WHERE name = ?1"),
      runs_(database),
      forward_(database, TopicWalk::Direction::forward, TopicWalk::Columns::places),
      backward_(database, TopicWalk::Direction::backward, TopicWalk::Columns::places) {}

bool TopicSeeks::select(const TopicName& name) {
    topic_.bind_text(1, name.text());
    const ResetGuard reset(topic_);
    const Step step = topic_.step();
    failed_ = step == Step::failed;
    topic_id_ = 0;
    kept_counter_ = 0;
    if (step != Step::row) return false;
    topic_id_ = topic_.integer(0);
    kept_counter_ = static_cast<Sequence>(topic_.integer(1));
    return true;
}

std::optional<WalkedRow> TopicSeeks::first_of(TopicWalk& walk, PageCursor at) {
    walk.start(topic_id_, at);
    const WalkGuard guard(walk);
    const bool found = walk.next();
    failed_ = failed_ || walk.failed();
    if (!found) return std::nullopt;
    return walk.row();
}

std::optional<WalkedRow> TopicSeeks::first_after(PageCursor at) {
    return first_of(forward_, at);
}

std::optional<WalkedRow> TopicSeeks::last_before(PageCursor at) {
    return first_of(backward_, at);
}

std::vector<TimeRun> TopicSeeks::runs(EpochMs from, EpochMs to) {
    std::vector<TimeRun> found;
    if (!runs_.find(from, to, found)) failed_ = true;
    return found;
}

PageCursor TopicSeeks::last_earlier_than(const TimeRun& run, EpochMs time) {
    const auto is_earlier = [&](const WalkedRow& row) {
        if (row.at.position < run.first) return true;
        return row.at.position <= run.last && row.published_at < time;
    };
    const auto first = first_after(begin_of_topic);
    const auto last = last_before(end_of_topic);
    if (!first.has_value() || !last.has_value() || !is_earlier(*first)) return begin_of_topic;
    return last_row_where(is_earlier, last_counter_where(is_earlier, *first, last->at.counter));
}

// The first row of the last counter whose first row is earlier.
template <class IsEarlier>
WalkedRow TopicSeeks::last_counter_where(IsEarlier is_earlier, WalkedRow earlier, Sequence counter_last) {
    Sequence later = counter_last + 1;
    while (later - earlier.at.counter > 1) {
        const Sequence middle = earlier.at.counter + (later - earlier.at.counter) / 2;
        const auto row = first_after(end_of_counter(middle - 1));
        if (failed_) break;
        if (row.has_value() && is_earlier(*row)) {
            earlier = *row;
        } else {
            later = middle;
        }
    }
    return earlier;
}

// The same for the rows of one counter, by position.
template <class IsEarlier>
PageCursor TopicSeeks::last_row_where(IsEarlier is_earlier, WalkedRow earlier) {
    const Sequence counter = earlier.at.counter;
    const auto last = last_before(end_of_counter(counter));
    Position later = last.has_value() ? last->at.position + 1 : earlier.at.position + 1;
    while (later - earlier.at.position > 1) {
        const Position middle = earlier.at.position + (later - earlier.at.position) / 2;
        const auto row = first_after({counter, middle - 1});
        if (failed_) break;
        if (row.has_value() && row->at.counter == counter && is_earlier(*row)) {
            earlier = *row;
        } else {
            later = middle;
        }
    }
    return earlier.at;
}

}  // namespace notifyd::storage::sqlite
