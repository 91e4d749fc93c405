// Scans over (topic_id, counter, position).
#include "message_pages.hpp"

#include <algorithm>
#include <string>

namespace notifyd::storage {

namespace {

// Keeps arithmetic on a client's times from overflowing; 146 million years are enough.
constexpr EpochMs time_limit = EpochMs{1} << 62;
// Rows that one page of a window may pass over before it ends.
constexpr std::size_t rows_passed_max = 10'000;

// A cursor comes back from a client: any value may be in it.
PageCursor clamped(PageCursor cursor) {
    return {std::min(cursor.counter, counter_max), cursor.position};
}

}  // namespace

// One page's reading: the window of rows that may match, and what has been collected.
class MessagePages::Reading {
  public:
    Reading(MessagePages& tables, const PageQuery& query) : tables_(tables), query_(query) {}

    std::optional<Page> run() {
        if (query_.messages_max == 0 || contradictory() || !seeks_.select(query_.topic)) return finished();
        topic_id_ = seeks_.topic_id();
        find_range();
        if (!seeks_.failed()) scan();
        return finished();
    }

  private:
    std::optional<Page> finished() {
        if (failed_ || seeks_.failed()) return std::nullopt;
        return std::move(page_);
    }

    void scan() {
        const bool oldest_first = query_.order == PageOrder::oldest_first;
        if (query_.window.has_value()) {
            scan_window(*query_.window);
        } else if (query_.sequences.empty()) {
            oldest_first ? scan_forward() : scan_backward();
        } else {
            oldest_first ? numbers_forward() : numbers_backward();
        }
    }

    [[nodiscard]] bool contradictory() const {
        return query_.from_time.has_value() && query_.to_time.has_value() && *query_.from_time > *query_.to_time;
    }

    bool stepped(TopicWalk& walk) {
        const bool found = walk.next();
        failed_ = failed_ || walk.failed();
        return found;
    }

    // --- the range ---

    void find_range() {
        if (query_.window.has_value()) {
            low_ = clamped(query_.after.value_or(begin_of_topic));
            return;
        }
        if (query_.from_time.has_value()) {
            low_ = seeks_.last_earlier_than(std::max(*query_.from_time, -time_limit) - time_slack_ms);
        }
        if (query_.to_time.has_value()) {
            high_ = seeks_.last_earlier_than(std::min(*query_.to_time, time_limit) + time_slack_ms + 1);
            if (high_.position != position_max) ++high_.position;
        }
        if (!query_.after.has_value()) return;
        const PageCursor after = clamped(*query_.after);
        if (query_.order == PageOrder::oldest_first) {
            low_ = std::max(low_, after);
        } else {
            high_ = std::min(high_, after);
        }
    }

    [[nodiscard]] bool matches_time(const WalkedRow& row) const {
        return (!query_.from_time.has_value() || row.published_at >= *query_.from_time) &&
               (!query_.to_time.has_value() || row.published_at <= *query_.to_time);
    }

    // --- collecting ---

    // full: the page is complete, or the read has failed.
    enum class Collected : std::uint8_t { more, full };

    // Takes the row at which the walk stands, if there is room; if not, the page has a successor.
    Collected collect(TopicWalk& walk) {
        const bool has_some = !page_.messages.empty();
        if (page_.messages.size() >= query_.messages_max) return full();
        const std::string_view head = walk.head();
        if (has_some && bytes_ + head.size() > query_.bytes_max) return full();
        if (!walk.intact()) return damaged(walk.row());
        bytes_ += head.size();
        const WalkedRow& row = walk.row();
        page_.messages.push_back({.at = row.at,
                                  .id = row.id,
                                  .type = row.kind == RowKind::standard ? MessageType::standard : MessageType::fifo,
                                  .sequence = row.kind == RowKind::numbered ? row.at.counter : 0,
                                  .published_at = row.published_at,
                                  .target_channel = std::string(walk.channel()),
                                  .head = std::string(head)});
        return Collected::more;
    }

    Collected full() {
        page_.next = page_.messages.back().at;
        return Collected::full;
    }

    // A wrong body is served to nobody.
    Collected damaged(const WalkedRow& row) {
        failed_ = true;
        tell_damaged(tables_.events_, query_.topic, row);
        return Collected::full;
    }

    // --- all messages ---

    void scan_forward() {
        scan_all(tables_.forward_, tables_.places_, low_, [this](const WalkedRow& row) { return row.at < high_; });
    }

    void scan_backward() {
        scan_all(
            tables_.backward_, tables_.places_backward_, high_, [this](const WalkedRow& row) { return low_ < row.at; });
    }

    // Bodies are read of rows that match only: a range in time has a second of others at either end.
    template <class InRange>
    void scan_all(TopicWalk& bodies, TopicWalk& places, PageCursor from, InRange in_range) {
        const WalkGuard guard(bodies);
        const WalkGuard places_guard(places);
        for (;;) {
            const auto beside = timed() ? beside_match(places, from, in_range) : std::optional(from);
            if (!beside.has_value()) return;
            bodies.start(topic_id_, *beside);
            bool matches = true;
            while (matches) {
                if (!stepped(bodies) || !in_range(bodies.row())) return;
                from = bodies.row().at;
                matches = matches_time(bodies.row());
                if (matches && collect(bodies) == Collected::full) return;
            }
        }
    }

    [[nodiscard]] bool timed() const { return query_.from_time.has_value() || query_.to_time.has_value(); }

    // From where the next step of a walk is the first row that matches; nullopt: there is none.
    template <class InRange>
    std::optional<PageCursor> beside_match(TopicWalk& places, PageCursor from, InRange in_range) {
        places.start(topic_id_, from);
        while (stepped(places) && in_range(places.row())) {
            if (matches_time(places.row())) return from;
            from = places.row().at;
        }
        return std::nullopt;
    }

    // --- numbered messages only: one seek a number, from one existing counter to the next ---

    [[nodiscard]] bool matches_number(const WalkedRow& row) const {
        // The first row of a counter is not numbered when retention has removed the one that was.
        return row.kind == RowKind::numbered && low_ < row.at && row.at < high_ && matches_time(row);
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
            if (!stepped(walk) || walk.row().at >= high_) return;
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
            const auto last = seeks_.last_before(end_of_counter(number));
            if (!last.has_value() || last->at <= low_) return;
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

    // --- a subscriber's window ---

    // Positions grow along a topic's commit order, so that nothing behind this one is in the window.
    static bool beyond(const WalkedRow& row, const LogWindow& window) {
        return row.at > window.end || (window.kinds != LogWindow::Kinds::all && row.at.position > window.fifo_up_to);
    }

    static bool owed(const WalkedRow& row, const LogWindow& window) {
        if (row.at == window.fifo_after) return false;
        if (row.kind == RowKind::standard) return window.kinds == LogWindow::Kinds::all;
        if (row.kind == RowKind::unnumbered && window.kinds == LogWindow::Kinds::numbered) return false;
        if (row.kind == RowKind::numbered && window.kinds == LogWindow::Kinds::unnumbered) return false;
        return window.fifo_after < row.at && row.at.position <= window.fifo_up_to;
    }

    void scan_window(const LogWindow& window) {
        TopicWalk& walk = tables_.forward_;
        walk.start(topic_id_, low_);
        const WalkGuard guard(walk);
        while (stepped(walk) && !beyond(walk.row(), window)) {
            if (owed(walk.row(), window)) {
                if (collect(walk) == Collected::full) return;
                continue;
            }
            const auto owed_next = find_owed(walk.row(), window);
            if (!owed_next.has_value()) return;
            walk.start(topic_id_, {owed_next->counter, owed_next->position - 1});
        }
    }

    // The next place that is owed, past rows that are not, without reading their bodies. nullopt: there is none, or
    // the page ends here because it would take too long.
    std::optional<PageCursor> find_owed(WalkedRow row, const LogWindow& window) {
        TopicWalk& walk = tables_.places_;
        walk.start(topic_id_, row.at);
        const WalkGuard guard(walk);
        while (!owed(row, window)) {
            if (++rows_passed_ > rows_passed_max) {
                page_.next = row.at;
                return std::nullopt;
            }
            // A number stands at the beginning of its counter.
            if (window.kinds == LogWindow::Kinds::numbered) walk.start(topic_id_, end_of_counter(row.at.counter));
            if (!stepped(walk) || beyond(walk.row(), window)) return std::nullopt;
            row = walk.row();
        }
        return row.at;
    }

    MessagePages& tables_;
    TopicSeeks& seeks_ = tables_.seeks_;
    const PageQuery& query_;
    std::int64_t topic_id_ = 0;
    // Rows behind low_ and in front of high_ may match.
    PageCursor low_ = begin_of_topic;
    PageCursor high_ = end_of_topic;
    Page page_;
    std::size_t bytes_ = 0;
    std::size_t rows_passed_ = 0;
    bool failed_ = false;
};

MessagePages::MessagePages(Database& database, observability::Events& events)
    : events_(events),
      seeks_(database),
      forward_(database, TopicWalk::Direction::forward, TopicWalk::Columns::bodies),
      backward_(database, TopicWalk::Direction::backward, TopicWalk::Columns::bodies),
      places_(database, TopicWalk::Direction::forward, TopicWalk::Columns::places),
      places_backward_(database, TopicWalk::Direction::backward, TopicWalk::Columns::places) {}

std::optional<Page> MessagePages::read(const PageQuery& query) {
    return Reading(*this, query).run();
}

}  // namespace notifyd::storage
