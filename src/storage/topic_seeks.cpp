// Seeks over (topic_id, counter, position).
#include "topic_seeks.hpp"

namespace notifyd::storage {

TopicSeeks::TopicSeeks(Database& database)
    : topic_(database, "SELECT id, last_sequence FROM topics WHERE name = ?1"),
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

PageCursor TopicSeeks::last_earlier_than(EpochMs time) {
    const auto first = first_after(begin_of_topic);
    const auto last = last_before(end_of_topic);
    if (!first.has_value() || !last.has_value() || first->published_at >= time) return begin_of_topic;
    const WalkedRow row = last_counter_earlier_than(time, *first, last->at.counter);
    return last_row_earlier_than(time, row);
}

// The first row of the last counter whose first row is earlier than `time`.
WalkedRow TopicSeeks::last_counter_earlier_than(EpochMs time, WalkedRow earlier, Sequence counter_last) {
    Sequence later = counter_last + 1;
    while (later - earlier.at.counter > 1) {
        const Sequence middle = earlier.at.counter + (later - earlier.at.counter) / 2;
        const auto row = first_after(end_of_counter(middle - 1));
        if (failed_) break;
        if (row.has_value() && row->published_at < time) {
            earlier = *row;
        } else {
            later = middle;
        }
    }
    return earlier;
}

// The same over the rows of one counter, by position.
PageCursor TopicSeeks::last_row_earlier_than(EpochMs time, WalkedRow earlier) {
    const Sequence counter = earlier.at.counter;
    const auto last = last_before(end_of_counter(counter));
    Position later = last.has_value() ? last->at.position + 1 : earlier.at.position + 1;
    while (later - earlier.at.position > 1) {
        const Position middle = earlier.at.position + (later - earlier.at.position) / 2;
        const auto row = first_after({counter, middle - 1});
        if (failed_) break;
        if (row.has_value() && row->at.counter == counter && row->published_at < time) {
            earlier = *row;
        } else {
            later = middle;
        }
    }
    return earlier.at;
}

}  // namespace notifyd::storage
