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

struct Row {
    PageCursor at;
    bool numbered = false;
    EpochMs published_at = 0;
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
        if (!stepped(tables_.topic_)) return false;
        topic_id_ = tables_.topic_.integer(0);
        return true;
    }

    // --- seeks ---

    bool stepped(Statement& statement) {
        const Step step = statement.step();
        failed_ = failed_ || step == Step::failed;
        return step == Step::row;
    }

    void place(Statement& statement, PageCursor at) const {
        statement.bind(1, topic_id_).bind(2, static_cast<std::int64_t>(at.counter)).bind(3, at.position);
    }

    static Row row_of(Statement& statement) {
        return {{static_cast<Sequence>(statement.integer(0)), statement.integer(1)},
                statement.integer(2) != 0,
                statement.integer(3)};
    }

    std::optional<Row> first_of(Statement& statement, PageCursor at) {
        place(statement, at);
        const ResetGuard reset(statement);
        if (!stepped(statement)) return std::nullopt;
        return row_of(statement);
    }
    std::optional<Row> first_after(PageCursor at) { return first_of(tables_.after_, at); }
    std::optional<Row> last_before(PageCursor at) { return first_of(tables_.before_, at); }
    // The first row whose counter is `counter` or more.
    std::optional<Row> first_from_counter(Sequence counter) {
        return counter == 0 ? first_after(begin_of_topic) : first_after({counter - 1, position_max});
    }

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
        const Row row = last_counter_earlier_than(time, *first, last->at.counter);
        return last_row_earlier_than(time, row);
    }

    // The first row of the last counter whose first row is earlier than `time`.
    Row last_counter_earlier_than(EpochMs time, Row earlier, Sequence counter_last) {
        Sequence later = counter_last + 1;
        while (later - earlier.at.counter > 1) {
            const Sequence middle = earlier.at.counter + (later - earlier.at.counter) / 2;
            const auto row = first_from_counter(middle);
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
    PageCursor last_row_earlier_than(EpochMs time, Row earlier) {
        const Sequence counter = earlier.at.counter;
        const auto last = last_before({counter, position_max});
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

    [[nodiscard]] bool matches_time(const Row& row) const {
        return (!query_.from_time.has_value() || row.published_at >= *query_.from_time) &&
               (!query_.to_time.has_value() || row.published_at <= *query_.to_time);
    }

    // --- collecting ---

    enum class Collected : std::uint8_t { more, full };

    // Takes the row at which `statement` stands, if there is room; if not, the page has a successor.
    Collected collect(const Row& row, Statement& statement) {
        const bool has_some = !page_.messages.empty();
        if (page_.messages.size() >= query_.messages_max) return full();
        const std::string_view head = statement.text(5);
        if (has_some && bytes_ + head.size() > query_.bytes_max) return full();
        bytes_ += head.size();
        const std::string_view channel = statement.is_null(4) ? websocket_channel : statement.text(4);
        page_.messages.push_back({row.at,
                                  row.numbered ? row.at.counter : 0,
                                  row.published_at,
                                  std::string(channel),
                                  std::string(head)});
        return Collected::more;
    }

    Collected full() {
        page_.next = page_.messages.back().at;
        return Collected::full;
    }

    // --- all messages ---

    void scan_forward() {
        Statement& statement = tables_.after_;
        place(statement, low_);
        const ResetGuard reset(statement);
        while (stepped(statement)) {
            const Row row = row_of(statement);
            if (!less(row.at, high_)) return;
            if (matches_time(row) && collect(row, statement) == Collected::full) return;
        }
    }

    void scan_backward() {
        Statement& statement = tables_.before_;
        place(statement, high_);
        const ResetGuard reset(statement);
        while (stepped(statement)) {
            const Row row = row_of(statement);
            if (!less(low_, row.at)) return;
            if (matches_time(row) && collect(row, statement) == Collected::full) return;
        }
    }

    // --- numbered messages only: one seek a number, from one existing counter to the next ---

    [[nodiscard]] bool matches_number(const Row& row) const {
        // The first row of a counter is not numbered when retention has removed the one that was.
        return row.numbered && less(low_, row.at) && less(row.at, high_) && matches_time(row);
    }

    void numbers_forward() {
        const std::vector<SequenceRange>& ranges = query_.sequences;
        Statement& statement = tables_.after_;
        Sequence number = std::max<Sequence>({ranges.front().first, low_.counter, 1});
        for (std::size_t range = 0; range < ranges.size();) {
            number = std::max(number, ranges[range].first);
            if (number > std::min(ranges[range].last, counter_max)) {
                ++range;
                continue;
            }
            place(statement, {number - 1, position_max});
            const ResetGuard reset(statement);
            if (!stepped(statement)) return;
            const Row row = row_of(statement);
            if (!less(row.at, high_)) return;
            number = row.at.counter;
            if (number > ranges[range].last) continue;
            if (matches_number(row) && collect(row, statement) == Collected::full) return;
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
            const auto last = last_before({number, position_max});
            if (!last.has_value() || !less(low_, last->at)) return;
            number = last->at.counter;
            if (number < wanted.first || number == 0) continue;
            if (collect_number(number) == Collected::full) return;
            --number;
        }
    }

    Collected collect_number(Sequence number) {
        Statement& statement = tables_.after_;
        place(statement, {number - 1, position_max});
        const ResetGuard reset(statement);
        if (!stepped(statement)) return Collected::more;
        const Row row = row_of(statement);
        return matches_number(row) ? collect(row, statement) : Collected::more;
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
      after_(database,
             "SELECT counter, position, numbered, published_at, channel, head FROM messages "
             "WHERE topic_id = ?1 AND (counter, position) > (?2, ?3) ORDER BY counter, position"),
      before_(database,
              "SELECT counter, position, numbered, published_at, channel, head FROM messages "
              "WHERE topic_id = ?1 AND (counter, position) < (?2, ?3) ORDER BY counter DESC, position DESC") {}

std::optional<Page> MessagePages::read(const PageQuery& query) {
    return Reading(*this, query).run();
}

}  // namespace notifyd::storage
