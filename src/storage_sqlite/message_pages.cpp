// Scans over (topic_id, counter, position).
#include "message_pages.hpp"

#include <algorithm>
#include <string>

namespace notifyd::storage::sqlite {

namespace {

// Keeps arithmetic on times given by clients from overflowing; 70 million years are enough.
constexpr EpochMs time_limit = EpochMs{1} << 61;
// How much a page may skip before it ends, full or not; the next page continues from there.
constexpr std::size_t rows_passed_max = 10'000;
constexpr std::size_t bytes_passed_max = 8 * 1024 * 1024;

// Cursors come from clients and may contain any value.
PageCursor clamped(PageCursor cursor) {
    return {std::min(cursor.counter, counter_max), cursor.position};
}

}  // namespace

// The reading of one page: the range of rows that may match, and what has been collected.
class MessagePages::Reading {
  public:
    Reading(MessagePages& tables, const PageQuery& query) : tables_(tables), query_(query) {}

    std::optional<Page> run() {
        if (query_.messages_max == 0 || contradictory() || !seeks_.select(query_.topic)) return finished();
        topic_id_ = seeks_.topic_id();
        if (query_.window.has_value()) {
            low_ = clamped(query_.after.value_or(begin_of_topic));
            scan_window(*query_.window);
        } else if (timed()) {
            scan_runs();
        } else {
            scan_from_cursor();
        }
        return finished();
    }

  private:
    std::optional<Page> finished() {
        if (failed_ || seeks_.failed()) return std::nullopt;
        return std::move(page_);
    }

    [[nodiscard]] bool contradictory() const {
        return query_.from_time.has_value() && query_.to_time.has_value() && *query_.from_time > *query_.to_time;
    }
    [[nodiscard]] bool timed() const { return query_.from_time.has_value() || query_.to_time.has_value(); }
    [[nodiscard]] bool oldest_first() const { return query_.order == PageOrder::oldest_first; }

    bool stepped(TopicWalk& walk) {
        const bool found = walk.next();
        failed_ = failed_ || walk.failed();
        return found;
    }

    // --- the range ---

    // Scans each run of the log that may cover the times, in the order of the page.
    void scan_runs() {
        const EpochMs from = std::clamp(query_.from_time.value_or(-time_limit), -time_limit, time_limit);
        const EpochMs to = std::clamp(query_.to_time.value_or(time_limit), -time_limit, time_limit);
        std::vector<TimeRun> runs = seeks_.runs(from, to);
        if (!oldest_first()) std::reverse(runs.begin(), runs.end());
        for (const TimeRun& run : runs) {
            if (read_before(run)) continue;
            low_ = seeks_.last_earlier_than(run, from - run.disorder);
            high_ = seeks_.last_earlier_than(run, to + run.disorder + 1);
            ++high_.position;
            if (seeks_.failed() || scan_from_cursor() == Scanned::page) return;
        }
    }

    // Whether the page continues after the run. Positions increase along a topic's commit order.
    [[nodiscard]] bool read_before(const TimeRun& run) const {
        if (!query_.after.has_value()) return false;
        return oldest_first() ? query_.after->position > run.last : query_.after->position < run.first;
    }

    [[nodiscard]] bool matches_time(const WalkedRow& row) const {
        return (!query_.from_time.has_value() || row.published_at >= *query_.from_time) &&
               (!query_.to_time.has_value() || row.published_at <= *query_.to_time);
    }

    // range: the range has no more rows. page: the page is complete, or the read has failed.
    enum class Scanned : std::uint8_t { range, page };

    // Scans what lies between low_ and high_, from where the previous page ended.
    Scanned scan_from_cursor() {
        if (query_.after.has_value()) {
            const PageCursor after = clamped(*query_.after);
            oldest_first() ? low_ = std::max(low_, after) : high_ = std::min(high_, after);
        }
        if (query_.sequences.empty()) {
            return oldest_first() ? scan_all(tables_.forward_, low_) : scan_all(tables_.backward_, high_);
        }
        return oldest_first() ? numbers_forward() : numbers_backward();
    }

    // --- collecting ---

    // Takes the current row if there is room; otherwise the page has a successor.
    Scanned collect(TopicWalk& walk) {
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
        return Scanned::range;
    }

    Scanned full() {
        page_.next = page_.messages.back().at;
        return Scanned::page;
    }

    // Skips the row. Its columns decide whether it belongs to the page, so they are verified: otherwise a damaged row
    // would silently disappear.
    Scanned pass(TopicWalk& walk) {
        if (!walk.intact()) return damaged(walk.row());
        bytes_passed_ += walk.head().size();
        if (++rows_passed_ <= rows_passed_max && bytes_passed_ <= bytes_passed_max) return Scanned::range;
        page_.next = walk.row().at;
        return Scanned::page;
    }

    // A damaged body is never served.
    Scanned damaged(const WalkedRow& row) {
        failed_ = true;
        tell_damaged(tables_.events_, query_.topic, row);
        return Scanned::page;
    }

    // --- all messages ---

    Scanned scan_all(TopicWalk& walk, PageCursor from) {
        const WalkGuard guard(walk);
        walk.start(topic_id_, from);
        while (stepped(walk) && low_ < walk.row().at && walk.row().at < high_) {
            const Scanned scanned = matches_time(walk.row()) ? collect(walk) : pass(walk);
            if (scanned == Scanned::page) return scanned;
        }
        return failed_ ? Scanned::page : Scanned::range;
    }

    // --- numbered messages only: one seek per number, from one existing counter to the next ---

    // The first row of a counter: the numbered message, unless retention has removed it.
    Scanned collect_number(TopicWalk& walk) {
        const WalkedRow& row = walk.row();
        if (row.at <= low_ || high_ <= row.at) return Scanned::range;
        return row.kind == RowKind::numbered && matches_time(row) ? collect(walk) : pass(walk);
    }

    Scanned numbers_forward() {
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
            if (!stepped(walk)) return failed_ ? Scanned::page : Scanned::range;
            if (walk.row().at >= high_) return Scanned::range;
            number = walk.row().at.counter;
            if (number > ranges[range].last) continue;
            if (collect_number(walk) == Scanned::page) return Scanned::page;
            ++number;
        }
        return Scanned::range;
    }

    Scanned numbers_backward() {
        const std::vector<SequenceRange>& ranges = query_.sequences;
        TopicWalk& walk = tables_.forward_;
        Sequence number = std::min(ranges.back().last, high_.counter);
        for (std::size_t range = ranges.size(); range > 0;) {
            const SequenceRange wanted = ranges[range - 1];
            number = std::min(number, wanted.last);
            if (number < wanted.first || number == 0) {
                --range;
                continue;
            }
            const auto last = seeks_.last_before(end_of_counter(number));
            if (seeks_.failed()) return Scanned::page;
            if (!last.has_value() || last->at <= low_) return Scanned::range;
            number = last->at.counter;
            if (number < wanted.first || number == 0) continue;
            walk.start(topic_id_, end_of_counter(number - 1));
            const WalkGuard guard(walk);
            if (!stepped(walk) || collect_number(walk) == Scanned::page) return Scanned::page;
            --number;
        }
        return Scanned::range;
    }

    // --- a subscriber's window ---

    // Positions increase along a topic's commit order, so nothing after this row is in the window.
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
            const bool is_owed = owed(walk.row(), window);
            if ((is_owed ? collect(walk) : pass(walk)) == Scanned::page) return;
            // A numbered message is at the beginning of its counter.
            const bool skips = !is_owed && window.kinds == LogWindow::Kinds::numbered;
            if (skips) walk.start(topic_id_, end_of_counter(walk.row().at.counter));
        }
    }

    MessagePages& tables_;
    TopicSeeks& seeks_ = tables_.seeks_;
    const PageQuery& query_;
    std::int64_t topic_id_ = 0;
    // Rows after low_ and before high_ may match.
    PageCursor low_ = begin_of_topic;
    PageCursor high_ = end_of_topic;
    Page page_;
    std::size_t bytes_ = 0;
    std::size_t rows_passed_ = 0;
    std::size_t bytes_passed_ = 0;
    bool failed_ = false;
};

MessagePages::MessagePages(Database& database, observability::Events& events)
    : events_(events),
      seeks_(database),
      forward_(database, TopicWalk::Direction::forward, TopicWalk::Columns::bodies),
      backward_(database, TopicWalk::Direction::backward, TopicWalk::Columns::bodies) {}

std::optional<Page> MessagePages::read(const PageQuery& query) {
    return Reading(*this, query).run();
}

}  // namespace notifyd::storage::sqlite
