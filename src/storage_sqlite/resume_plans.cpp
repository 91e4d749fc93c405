// Numbers by seeks, message ids by their time.
#include "resume_plans.hpp"

#include "message_search.hpp"

#include <algorithm>
#include <variant>

namespace notifyd::storage::sqlite {

namespace {

using Verdict = ports::ResumePlan::Verdict;

// Rows searched for the beginning of a plan.
constexpr std::size_t rows_searched_max = 10'000;
// A plan includes standard messages up to this much older than the client's last message (docs/protocol.md#resume).
constexpr EpochMs standard_overlap_ms = 1'000;

}  // namespace

ResumePlans::ResumePlans(Database& database, History history)
    : history_(history),
      seeks_(database),
      walk_(database, TopicWalk::Direction::forward, TopicWalk::Columns::places),
      unlogged_(database, "SELECT value FROM meta WHERE key = 'unlogged_position'") {}

std::optional<ports::ResumePlan> ResumePlans::plan(const ports::ResumeQuery& query) {
    failed_ = false;
    ports::ResumePlan plan;
    const auto* const id = std::get_if<MessageId>(&query.after);
    Numbers known;
    known.oldest = 1;
    if (seeks_.select(query.topic)) known = numbers(query.fifo_up_to);
    plan.oldest = known.oldest;
    plan.to = known.held_to.has_value() ? known.held_to->at.counter : seeks_.kept_counter();
    plan.window.fifo_up_to = query.fifo_up_to;
    if (id == nullptr) {
        plan_by_number(query, std::get<Sequence>(query.after), known, plan);
    } else if (history_ == History::off || seeks_.topic_id() == 0) {
        plan.verdict = Verdict::unknown_message;
    } else {
        plan_by_id(query, *id, plan);
    }
    if (failed_ || seeks_.failed()) return std::nullopt;
    return plan;
}

std::optional<std::vector<Sequence>> ResumePlans::positions(const ports::PositionsQuery& query) {
    std::vector<Sequence> positions;
    for (const TopicName& topic : query.topics) {
        const bool is_known = seeks_.select(topic);
        if (seeks_.failed()) return std::nullopt;
        const Numbers known = is_known ? numbers(query.fifo_up_to) : Numbers{};
        if (seeks_.failed()) return std::nullopt;
        positions.push_back(known.held_to.has_value() ? known.held_to->at.counter : seeks_.kept_counter());
    }
    return positions;
}

// --- numbers ---

ResumePlans::Numbers ResumePlans::numbers(Position up_to) {
    Numbers found;
    const auto last = seeks_.last_before(end_of_topic);
    const Sequence last_counter = last.has_value() ? last->at.counter : 0;
    found.counter = std::max(seeks_.kept_counter(), last_counter);
    const auto first = seeks_.first_after(end_of_counter(seeks_.kept_counter()));
    found.oldest = first.has_value() ? first->at.counter : found.counter + 1;
    if (first.has_value()) found.held_to = last_held(first->at.counter, last_counter, up_to);
    return found;
}

// The last number from `from` to `to`, all of which have rows, that was committed at `up_to` or before. Positions
// increase with numbers, and nearly always it is `to` itself.
std::optional<WalkedRow> ResumePlans::last_held(Sequence from, Sequence to, Position up_to) {
    std::optional<WalkedRow> found;
    Sequence number = to;
    while (from <= to) {
        const auto row = seeks_.first_after(end_of_counter(number - 1));
        if (!row.has_value()) break;
        if (row->at.position <= up_to) {
            found = row;
            from = number + 1;
        } else {
            to = number - 1;
        }
        number = from + (to - from) / 2;
    }
    return found;
}

void ResumePlans::plan_by_number(const ports::ResumeQuery& query,
                                 Sequence number,
                                 const Numbers& numbers,
                                 ports::ResumePlan& plan) {
    if (number > numbers.counter) {
        plan.verdict = Verdict::ahead;
        return;
    }
    if (history_ == History::off) {
        plan.verdict = number == numbers.counter ? Verdict::complete : Verdict::expired;
    } else if (plan.to > number) {
        plan.count = static_cast<std::size_t>(plan.to - number);
        const bool held = numbers.held_to.has_value() && number >= seeks_.kept_counter();
        plan.verdict = plan.count > query.messages_max ? Verdict::too_many
                       : held                          ? Verdict::complete
                                                       : Verdict::expired;
    }
    plan.after = end_of_counter(number);
    plan.window.kinds = LogWindow::Kinds::numbered;
    plan.window.fifo_after = plan.after;
    plan.window.end = plan.count > 0 && numbers.held_to.has_value() ? numbers.held_to->at : plan.after;
}

// --- message ids ---

// The last position assigned before a period without history; 0 if there was none.
Position ResumePlans::unlogged_position() {
    const ResetGuard reset(unlogged_);
    const Step step = unlogged_.step();
    failed_ = failed_ || step == Step::failed;
    return step == Step::row ? unlogged_.integer(0) : 0;
}

bool ResumePlans::stepped() {
    const bool found = walk_.next();
    failed_ = failed_ || walk_.failed();
    return found;
}

std::optional<WalkedRow> ResumePlans::find(const MessageId& id) {
    const WalkGuard guard(walk_);
    auto row = find_message(seeks_, walk_, id);
    failed_ = failed_ || walk_.failed();
    return row;
}

void ResumePlans::plan_by_id(const ports::ResumeQuery& query, const MessageId& id, ports::ResumePlan& plan) {
    const auto known = find(id);
    if (!known.has_value()) {
        plan.verdict = Verdict::unknown_message;
        return;
    }
    if (known->at.position <= unlogged_position()) {
        plan.verdict = Verdict::expired;
        return;
    }
    const auto last = seeks_.last_before(end_of_topic);
    plan.window.kinds = LogWindow::Kinds::all;
    plan.window.end = last.has_value() ? last->at : known->at;
    plan.window.fifo_after = known->at;
    count_behind(*known, query.messages_max, plan);
}

// In the known message's run, because whatever precedes the run was committed before the clock was set back.
PageCursor ResumePlans::last_earlier_than(EpochMs since, const WalkedRow& known) {
    for (const TimeRun& run : seeks_.runs(known.published_at, known.published_at)) {
        const bool holds = run.first <= known.at.position && known.at.position <= run.last;
        if (holds) return seeks_.last_earlier_than(run, since - run.disorder);
    }
    return known.at;
}

// Counts what MessagePages would read in the plan's window.
void ResumePlans::count_behind(const WalkedRow& known, std::size_t messages_max, ports::ResumePlan& plan) {
    const EpochMs since = known.published_at - standard_overlap_ms;
    // Whatever the times say, everything after the known message is included.
    const PageCursor in_front{known.at.counter, known.at.position - 1};
    PageCursor place = std::min(last_earlier_than(since, known), in_front);
    plan.after = known.at;
    bool begun = false;
    std::size_t passed = 0;
    walk_.start(seeks_.topic_id(), place);
    const WalkGuard guard(walk_);
    while (stepped() && walk_.row().at <= plan.window.end) {
        const WalkedRow& row = walk_.row();
        const bool behind = known.at < row.at;
        const bool standard = row.kind == RowKind::standard && row.at != known.at;
        if (!begun && (behind || (standard && row.published_at >= since))) {
            begun = true;
            plan.after = place;
        }
        place = row.at;
        const bool fifo = row.kind != RowKind::standard && behind && row.at.position <= plan.window.fifo_up_to;
        begun && (standard || fifo) ? ++plan.count : ++passed;
        if (plan.count > messages_max || passed > rows_searched_max) {
            plan.verdict = Verdict::too_many;
            return;
        }
    }
}

}  // namespace notifyd::storage::sqlite
