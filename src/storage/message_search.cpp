// Bisection by time, then a short scan.
#include "message_search.hpp"

#include <limits>

namespace notifyd::storage {

namespace {

constexpr Position position_max = std::numeric_limits<std::int64_t>::max();
constexpr PageCursor begin_of_topic{0, 0};
constexpr PageCursor end_of_topic{std::numeric_limits<std::int64_t>::max(), position_max};

// How far publish times may contradict the commit order. Nearly all stand within the first, which saves reading the
// whole neighbourhood of a busy topic.
constexpr EpochMs slacks_ms[] = {20, 1'000};
// For a clock that stood still.
constexpr std::size_t scanned_max = 200'000;

}  // namespace

MessageSearch::MessageSearch(Database& database)
    : topic_(database, "SELECT id FROM topics WHERE name = ?1"),
      forward_(database, TopicWalk::Direction::forward),
      backward_(database, TopicWalk::Direction::backward) {}

bool MessageSearch::find_head(const TopicName& topic, const MessageId& id, std::optional<std::string>& head) {
    head.reset();
    failed_ = false;
    const Step found_topic = find_topic(topic);
    if (found_topic != Step::row) return found_topic == Step::done;
    const EpochMs time = uuid_v7_epoch_ms(id.get());
    Found found = Found::no;
    for (const EpochMs slack : slacks_ms) {
        const PageCursor place = place_before(time - slack);
        if (failed_) return false;
        found = scan(place, time + slack, id);
        if (found == Found::yes) head = std::string(forward_.head());
        forward_.finish();
        if (found != Found::no) break;
    }
    return found != Found::failed;
}

Step MessageSearch::find_topic(const TopicName& topic) {
    topic_.bind_text(1, topic.text());
    const ResetGuard reset(topic_);
    const Step step = topic_.step();
    if (step == Step::row) topic_id_ = topic_.integer(0);
    return step;
}

std::optional<WalkedRow> MessageSearch::first_of(TopicWalk& walk, PageCursor at) {
    walk.start(topic_id_, at);
    const bool found = walk.next();
    failed_ = failed_ || walk.failed();
    walk.finish();
    if (!found) return std::nullopt;
    return walk.row();
}

PageCursor MessageSearch::place_before(EpochMs time) {
    const auto first = first_of(forward_, begin_of_topic);
    const auto last = first_of(backward_, end_of_topic);
    if (!first.has_value() || !last.has_value() || first->published_at >= time) return begin_of_topic;

    // Of the first rows of counters, the last one that is earlier.
    PageCursor earlier = first->at;
    Sequence later_counter = last->at.counter + 1;
    while (!failed_ && later_counter - earlier.counter > 1) {
        const Sequence middle = earlier.counter + (later_counter - earlier.counter) / 2;
        const auto row = first_of(forward_, {middle - 1, position_max});
        if (row.has_value() && row->published_at < time) {
            earlier = row->at;
        } else {
            later_counter = middle;
        }
    }
    // Of that counter's rows, the last one that is earlier.
    const auto end = first_of(backward_, {earlier.counter, position_max});
    Position later = end.has_value() ? end->at.position + 1 : earlier.position + 1;
    while (!failed_ && later - earlier.position > 1) {
        const Position middle = earlier.position + (later - earlier.position) / 2;
        const auto row = first_of(forward_, {earlier.counter, middle - 1});
        if (row.has_value() && row->at.counter == earlier.counter && row->published_at < time) {
            earlier = row->at;
        } else {
            later = middle;
        }
    }
    return earlier;
}

MessageSearch::Found MessageSearch::scan(PageCursor place, EpochMs last_time, const MessageId& id) {
    forward_.start(topic_id_, place);
    for (std::size_t scanned = 0; scanned < scanned_max; ++scanned) {
        if (!forward_.next()) return forward_.failed() ? Found::failed : Found::no;
        if (forward_.row().published_at > last_time) return Found::no;
        if (forward_.message_id() == id) return Found::yes;
    }
    return Found::no;
}

}  // namespace notifyd::storage
