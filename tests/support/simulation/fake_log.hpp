// The message log of a simulation: rows in memory; the simulation decides when commits and reads happen.
// It computes resume plans and windows from first principles, by looking at every row.
#pragma once

#include "notifyd/ports/dead_letter_sink.hpp"
#include "notifyd/ports/message_log.hpp"
#include "notifyd/ports/message_reader.hpp"
#include "notifyd/ports/resume_planner.hpp"

#include <algorithm>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace notifyd::simulation {

struct Row {
    MessagePtr message;
    Sequence sequence = 0;
    PageCursor at{};
};

// The committed rows, shared by all loops.
class FakeLog {
  public:
    explicit FakeLog(ports::CommitListener& listener) : listener_(listener) {}

    void append(MessagePtr message) {
        pending_.push_back(std::move(message));
        ++handed_over_;
    }
    // Commits everything that is pending, as one transaction.
    void commit() {
        std::vector<Delivery> deliveries;
        for (MessagePtr& message : std::exchange(pending_, {})) {
            Sequence& counter = counters_[message->topic];
            const bool numbered = message->numbering == Numbering::consecutive;
            if (numbered) ++counter;
            const Row row{message, numbered ? counter : 0, {counter, ++position_}};
            rows_.push_back(row);
            ever_.push_back(row);
            if (message->type == MessageType::fifo) deliveries.push_back({message, row.sequence, row.at});
        }
        committed_ = handed_over_;
        if (!deliveries.empty()) listener_.committed(std::move(deliveries));
    }
    // Retention deletes the oldest rows.
    void expire(std::size_t count) {
        rows_.erase(rows_.begin(), rows_.begin() + static_cast<std::ptrdiff_t>(std::min(count, rows_.size())));
    }

    [[nodiscard]] std::size_t handed_over() const { return handed_over_; }
    [[nodiscard]] std::size_t committed() const { return committed_; }
    [[nodiscard]] std::vector<Row> rows_of(const TopicName& topic) const {
        std::vector<Row> found;
        for (const Row& row : rows_) {
            if (row.message->topic == topic) found.push_back(row);
        }
        return found;
    }
    [[nodiscard]] Sequence counter(const TopicName& topic) const {
        const auto found = counters_.find(topic);
        return found == counters_.end() ? 0 : found->second;
    }

    // The topic's number at that position of the log.
    [[nodiscard]] Sequence position_at(const TopicName& topic, Position up_to) const {
        Sequence last = 0;
        for (const Row& row : ever_) {
            if (row.message->topic == topic && row.at.position <= up_to) last = std::max(last, row.sequence);
        }
        return last;
    }

    [[nodiscard]] Page read(const PageQuery& query) const {
        constexpr std::size_t rows_passed_max = 4;
        Page page;
        std::size_t bytes = 0;
        std::size_t passed = 0;
        for (const Row& row : rows_of(query.topic)) {
            if (query.after && row.at <= *query.after) continue;
            if (query.window->end < row.at) break;
            if (!in_window(row, *query.window)) {
                // A page that would take too long ends early and may be empty.
                if (++passed <= rows_passed_max) continue;
                page.next = row.at;
                break;
            }
            bytes += row.message->head.size();
            const bool full = page.messages.size() == query.messages_max || bytes > query.bytes_max;
            if (full && !page.messages.empty()) {
                page.next = page.messages.back().at;
                break;
            }
            page.messages.push_back({.at = row.at,
                                     .id = row.message->id,
                                     .type = row.message->type,
                                     .sequence = row.sequence,
                                     .published_at = row.message->published_at,
                                     .target_channel = row.message->target_channel,
                                     .head = row.message->head});
        }
        return page;
    }

    [[nodiscard]] ports::ResumePlan plan(const ports::ResumeQuery& query) const {
        const std::vector<Row> rows = rows_of(query.topic);
        ports::ResumePlan plan;
        plan.oldest = counter(query.topic) + 1;
        for (auto row = rows.rbegin(); row != rows.rend(); ++row) {
            if (row->sequence != 0) plan.oldest = row->sequence;
        }
        if (const auto* const number = std::get_if<Sequence>(&query.after)) {
            return plan_by_number(query, *number, rows, std::move(plan));
        }
        return plan_by_id(query, std::get<MessageId>(query.after), rows, std::move(plan));
    }

  private:
    using Verdict = ports::ResumePlan::Verdict;

    static bool in_window(const Row& row, const LogWindow& window) {
        // The message that the client already has is not part of what it missed.
        if (window.end < row.at || row.at == window.fifo_after) return false;
        if (row.message->type == MessageType::standard) return window.kinds == LogWindow::Kinds::all;
        if (window.kinds == LogWindow::Kinds::numbered && row.sequence == 0) return false;
        if (window.kinds == LogWindow::Kinds::unnumbered && row.sequence != 0) return false;
        return window.fifo_after < row.at && row.at.position <= window.fifo_up_to;
    }

    static ports::ResumePlan with(ports::ResumePlan plan, Verdict verdict) {
        plan.verdict = verdict;
        return plan;
    }

    [[nodiscard]] ports::ResumePlan plan_by_number(const ports::ResumeQuery& query,
                                                   Sequence number,
                                                   const std::vector<Row>& rows,
                                                   ports::ResumePlan plan) const {
        if (number > counter(query.topic)) return with(plan, Verdict::ahead);
        std::size_t held = 0;
        plan.to = position_at(query.topic, query.fifo_up_to);
        for (const Row& row : rows) {
            if (row.sequence == 0 || row.at.position > query.fifo_up_to) continue;
            plan.window.end = row.at;
            if (row.sequence > number) ++held;
        }
        plan.count = plan.to > number ? plan.to - number : 0;
        if (plan.count > query.messages_max) return with(plan, Verdict::too_many);
        if (plan.count != held) return with(plan, Verdict::expired);
        plan.after = {number, std::numeric_limits<Position>::max()};
        plan.window.kinds = LogWindow::Kinds::numbered;
        plan.window.fifo_after = plan.after;
        plan.window.fifo_up_to = query.fifo_up_to;
        return plan;
    }

    [[nodiscard]] static ports::ResumePlan plan_by_id(const ports::ResumeQuery& query,
                                                      MessageId id,
                                                      const std::vector<Row>& rows,
                                                      ports::ResumePlan plan) {
        const auto known = std::ranges::find_if(rows, [&](const Row& row) { return row.message->id == id; });
        if (known == rows.end()) return with(plan, Verdict::unknown_message);
        constexpr EpochMs second = 1'000;
        auto first = known;
        while (first != rows.begin() &&
               std::prev(first)->message->published_at >= known->message->published_at - second) {
            --first;
        }
        plan.after = {first->at.counter, first->at.position - 1};
        plan.window = {.kinds = LogWindow::Kinds::all,
                       .end = rows.back().at,
                       .fifo_after = known->at,
                       .fifo_up_to = query.fifo_up_to};
        for (const Row& row : rows) {
            if (plan.after < row.at && in_window(row, plan.window)) ++plan.count;
        }
        if (plan.count > query.messages_max) return with(plan, Verdict::too_many);
        return plan;
    }

    ports::CommitListener& listener_;
    std::deque<MessagePtr> pending_;
    std::vector<Row> rows_;
    std::vector<Row> ever_;  // including those deleted by retention
    std::map<TopicName, Sequence> counters_;
    Position position_ = 0;
    std::size_t handed_over_ = 0;
    std::size_t committed_ = 0;
};

// One loop's access to the log: reads wait until the simulation releases them.
class FakeReader final : public ports::MessageReader, public ports::ResumePlanner, public ports::DeadLetterSink {
  public:
    explicit FakeReader(FakeLog& log) : log_(log) {}

    void read_page(PageQuery query, UniqueFunction<void(Result<Page>)> done) override {
        waiting_.push_back({0, [this, query = std::move(query), done = std::move(done)](bool fails) mutable {
                                done(fails ? Result<Page>(broken()) : Result<Page>(log_.read(query)));
                            }});
    }
    void plan_resume(ports::ResumeQuery query, UniqueFunction<void(Result<ports::ResumePlan>)> done) override {
        waiting_.push_back({log_.handed_over(), [this, query, done = std::move(done)](bool fails) mutable {
                                done(fails ? Result<ports::ResumePlan>(broken())
                                           : Result<ports::ResumePlan>(log_.plan(query)));
                            }});
    }
    void read_positions(ports::PositionsQuery query,
                        UniqueFunction<void(Result<std::vector<Sequence>>)> done) override {
        waiting_.push_back({0, [this, query = std::move(query), done = std::move(done)](bool fails) mutable {
                                std::vector<Sequence> positions;
                                for (const TopicName& topic : query.topics) {
                                    positions.push_back(log_.position_at(topic, query.fifo_up_to));
                                }
                                done(fails ? Result<std::vector<Sequence>>(broken()) : std::move(positions));
                            }});
    }
    [[nodiscard]] const std::string& epoch() const override { return epoch_; }

    void add(DeadLetter letter) override { letters.push_back(std::move(letter)); }

    // Releases the read at this index, if everything that it must see is committed.
    void let_go(std::size_t place, bool fails) {
        if (waiting_.empty()) return;
        place %= waiting_.size();
        if (waiting_[place].needs > log_.committed()) return;
        auto run = std::move(waiting_[place].run);
        waiting_.erase(waiting_.begin() + static_cast<std::ptrdiff_t>(place));
        run(fails);
    }
    [[nodiscard]] std::size_t reads_waiting() const { return waiting_.size(); }

    std::vector<DeadLetter> letters;

  private:
    struct Waiting {
        std::size_t needs;  // appends that must be committed first
        UniqueFunction<void(bool fails)> run;
    };

    static Error broken() { return {Errc::unavailable, "The disk failed"}; }

    FakeLog& log_;
    std::string epoch_ = "e";
    std::vector<Waiting> waiting_;
};

}  // namespace notifyd::simulation
