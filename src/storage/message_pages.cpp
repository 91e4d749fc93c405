// Seeks and scans over (topic_id, counter, position).
#include "message_pages.hpp"

#include <algorithm>
#include <limits>

namespace notifyd::storage {

namespace {

constexpr Sequence counter_max = std::numeric_limits<std::int64_t>::max();
constexpr Position position_max = std::numeric_limits<std::int64_t>::max();
// In front of every row (positions begin at 1) and behind every row.
constexpr PageCursor begin_of_topic{0, 0};
constexpr PageCursor end_of_topic{counter_max, position_max};

constexpr PageCursor end_of_counter(Sequence counter) {
    return {counter, position_max};
}

// How far the publish times of two messages may contradict their commit order: concurrent publishers stamp their
// messages in turns of their own before they meet in a commit.
constexpr EpochMs time_slack_ms = 1'000;
// Keeps arithmetic on a client's times from overflowing; 146 million years are enough.
constexpr EpochMs time_limit = EpochMs{1} << 62;

bool less(PageCursor a, PageCursor b) {
    return a.counter != b.counter ? a.counter < b.counter : a.position < b.position;
}

// A cursor comes back from a client: any value may be in it.
PageCursor clamped(PageCursor cursor) {
    return {std::min(cursor.counter, counter_max), cursor.position};
}

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

}  // namespace

// One page's reading: the window of rows that may match, and what has been collected.
class MessagePages::Reading {
  public:
    Reading(MessagePages& tables, const PageQuery& query) : tables_(tables), query_(query) {}

    std::optional<Page> run() {
        if (query_.messages_max == 0 || contradictory() || !find_topic()) return finished();
        find_window();
        if (!failed_) {
            const bool oldest_first = query_.order == PageOrder::oldest_first;
            if (query_.sequences.empty()) {
                oldest_first ? scan_forward() : scan_backward();
            } else {
                oldest_first ? numbers_forward() : numbers_backward();
            }
        }
        return finished();
    }

  private:
    std::optional<Page> finished() {
        if (failed_) return std::nullopt;
        return std::move(page_);
    }

    [[nodiscard]] bool contradictory() const {
        return query_.from_time.has_value() && query_.to_time.has_value() && *query_.from_time > *query_.to_time;
    }

    bool find_topic() {
        tables_.topic_.bind_text(1, query_.topic.text());
        const ResetGuard reset(tables_.topic_);
        const Step step = tables_.topic_.step();
        failed_ = step == Step::failed;
        if (step != Step::row) return false;
        topic_id_ = tables_.topic_.integer(0);
        return true;
    }

    // --- seeks ---

    bool stepped(TopicWalk& walk) {
        const bool found = walk.next();
        failed_ = failed_ || walk.failed();
        return found;
    }

    std::optional<WalkedRow> first_of(TopicWalk& walk, PageCursor at) {
        walk.start(topic_id_, at);
        const WalkGuard guard(walk);
        if (!stepped(walk)) return std::nullopt;
        return walk.row();
    }
    std::optional<WalkedRow> first_after(PageCursor at) { return first_of(tables_.forward_, at); }
    std::optional<WalkedRow> last_before(PageCursor at) { return first_of(tables_.backward_, at); }

    // --- the window ---

    void find_window() {
        if (query_.from_time.has_value()) {
            low_ = last_earlier_than(std::max(*query_.from_time, -time_limit) - time_slack_ms);
        }
        if (query_.to_time.has_value()) {
            high_ = last_earlier_than(std::min(*query_.to_time, time_limit) + time_slack_ms + 1);
            if (high_.position != position_max) ++high_.position;
        }
        if (!query_.after.has_value()) return;
        const PageCursor after = clamped(*query_.after);
        if (query_.order == PageOrder::oldest_first) {
            low_ = less(low_, after) ? after : low_;
        } else {
            high_ = less(after, high_) ? after : high_;
        }
    }

    // By bisection, a row that is earlier than `time` and whose successor (if any) is not. Times follow the commit
    // order up to the slack, so whatever the bisection hits, no row on the wrong side of it is off by more than that.
    PageCursor last_earlier_than(EpochMs time) {
        const auto first = first_after(begin_of_topic);
        const auto last = last_before(end_of_topic);
        if (!first.has_value() || !last.has_value() || first->published_at >= time) return begin_of_topic;
        const WalkedRow row = last_counter_earlier_than(time, *first, last->at.counter);
        return last_row_earlier_than(time, row);
    }

    // The first row of the last counter whose first row is earlier than `time`.
    WalkedRow last_counter_earlier_than(EpochMs time, WalkedRow earlier, Sequence counter_last) {
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
    PageCursor last_row_earlier_than(EpochMs time, WalkedRow earlier) {
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

    [[nodiscard]] bool matches_time(const WalkedRow& row) const {
        return (!query_.from_time.has_value() || row.published_at >= *query_.from_time) &&
               (!query_.to_time.has_value() || row.published_at <= *query_.to_time);
    }

    // --- collecting ---

    enum class Collected : std::uint8_t { more, full };

    // Takes the row at which the walk stands, if there is room; if not, the page has a successor.
    Collected collect(TopicWalk& walk) {
        const bool has_some = !page_.messages.empty();
        if (page_.messages.size() >= query_.messages_max) return full();
        const std::string_view head = walk.head();
        if (has_some && bytes_ + head.size() > query_.bytes_max) return full();
        bytes_ += head.size();
        const WalkedRow& row = walk.row();
        page_.messages.push_back({.at = row.at,
                                  .id = {},
                                  .type = row.numbered ? MessageType::fifo : MessageType::standard,
                                  .sequence = row.numbered ? row.at.counter : 0,
                                  .published_at = row.published_at,
                                  .target_channel = std::string(walk.channel()),
                                  .head = std::string(head)});
        return Collected::more;
    }

    Collected full() {
        page_.next = page_.messages.back().at;
        return Collected::full;
    }

    // --- all messages ---

    void scan_forward() {
        TopicWalk& walk = tables_.forward_;
        walk.start(topic_id_, low_);
        const WalkGuard guard(walk);
        while (stepped(walk) && less(walk.row().at, high_)) {
            if (matches_time(walk.row()) && collect(walk) == Collected::full) return;
        }
    }

    void scan_backward() {
        TopicWalk& walk = tables_.backward_;
        walk.start(topic_id_, high_);
        const WalkGuard guard(walk);
        while (stepped(walk) && less(low_, walk.row().at)) {
            if (matches_time(walk.row()) && collect(walk) == Collected::full) return;
        }
    }

    // --- numbered messages only: one seek a number, from one existing counter to the next ---

    [[nodiscard]] bool matches_number(const WalkedRow& row) const {
        // The first row of a counter is not numbered when retention has removed the one that was.
        return row.numbered && less(low_, row.at) && less(row.at, high_) && matches_time(row);
    }

    void numbers_forward() {
        const std::vector<SequenceRange>& ranges = query_.sequences;
        TopicWalk& walk = tables_.forward_;
        Sequence number = std::max<Sequence>({ranges.front().first, low_.counter, 1});
        for (std::size_t range = 0; range < ranges.size();) {
            number = std::max(number, ranges[range].first);
            if (number > std::min(ranges[range].last, counter_max)) {
                ++range;
                continue;
            }
            walk.start(topic_id_, end_of_counter(number - 1));
            const WalkGuard guard(walk);
            if (!stepped(walk) || !less(walk.row().at, high_)) return;
            number = walk.row().at.counter;
            if (number > ranges[range].last) continue;
            if (matches_number(walk.row()) && collect(walk) == Collected::full) return;
            ++number;
        }
    }

    void numbers_backward() {
        const std::vector<SequenceRange>& ranges = query_.sequences;
        Sequence number = std::min(ranges.back().last, high_.counter);
        for (std::size_t range = ranges.size(); range > 0;) {
            const SequenceRange wanted = ranges[range - 1];
            number = std::min(number, wanted.last);
            if (number < wanted.first || number == 0) {
                --range;
                continue;
            }
            const auto last = last_before(end_of_counter(number));
            if (!last.has_value() || !less(low_, last->at)) return;
            number = last->at.counter;
            if (number < wanted.first || number == 0) continue;
            if (collect_number(number) == Collected::full) return;
            --number;
        }
    }

    Collected collect_number(Sequence number) {
        TopicWalk& walk = tables_.forward_;
        walk.start(topic_id_, end_of_counter(number - 1));
        const WalkGuard guard(walk);
        if (!stepped(walk) || !matches_number(walk.row())) return Collected::more;
        return collect(walk);
    }

    MessagePages& tables_;
    const PageQuery& query_;
    std::int64_t topic_id_ = 0;
    // Rows behind low_ and in front of high_ may match.
    PageCursor low_ = begin_of_topic;
    PageCursor high_ = end_of_topic;
    Page page_;
    std::size_t bytes_ = 0;
    bool failed_ = false;
};

MessagePages::MessagePages(Database& database)
    : topic_(database, "SELECT id FROM topics WHERE name = ?1"),
      forward_(database, TopicWalk::Direction::forward),
      backward_(database, TopicWalk::Direction::backward) {}

std::optional<Page> MessagePages::read(const PageQuery& query) {
    return Reading(*this, query).run();
}

}  // namespace notifyd::storage
