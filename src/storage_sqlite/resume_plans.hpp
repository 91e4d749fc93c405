// Reads table `messages`: what a reconnecting client has missed (ports::ResumePlanner).
// By number, this takes a few seeks: numbers are consecutive, and every number above a topic's `last_sequence` has its
// row, because retention and periods without history raise that to the last number without one.
// By message id, it reads the rows of the plan and of the two seconds before, without their bodies.
// Thread: one reader thread, inside a read transaction. Fails: nullopt if the database fails.
#pragma once

#include "notifyd/ports/resume_planner.hpp"
#include "notifyd/storage/engine_settings.hpp"
#include "notifyd/storage/read_tables.hpp"

#include "database.hpp"
#include "topic_seeks.hpp"
#include "topic_walk.hpp"

#include <cstddef>
#include <optional>
#include <vector>

namespace notifyd::storage::sqlite {

class ResumePlans final : public ResumeReads {
  public:
    ResumePlans(Database& database, History history);

    [[nodiscard]] std::optional<ports::ResumePlan> plan(const ports::ResumeQuery& query) override;
    [[nodiscard]] std::optional<std::vector<Sequence>> positions(const ports::PositionsQuery& query) override;

  private:
    // The numbers of a topic. `counter` is 0 if there are none; `held_to` is the last number with a row that was
    // committed no later than the given position.
    struct Numbers {
        Sequence counter = 0;
        Sequence oldest = 0;
        std::optional<WalkedRow> held_to;
    };

    [[nodiscard]] Numbers numbers(Position up_to);
    [[nodiscard]] std::optional<WalkedRow> last_held(Sequence from, Sequence to, Position up_to);
    void plan_by_number(const ports::ResumeQuery& query,
                        Sequence number,
                        const Numbers& numbers,
                        ports::ResumePlan& plan);
    void plan_by_id(const ports::ResumeQuery& query, const MessageId& id, ports::ResumePlan& plan);
    [[nodiscard]] std::optional<WalkedRow> find(const MessageId& id);
    [[nodiscard]] PageCursor last_earlier_than(EpochMs since, const WalkedRow& known);
    void count_behind(const WalkedRow& known, std::size_t messages_max, ports::ResumePlan& plan);
    [[nodiscard]] Position unlogged_position();
    [[nodiscard]] bool stepped();

    const History history_;
    TopicSeeks seeks_;
    TopicWalk walk_;
    Statement unlogged_;
    bool failed_ = false;
};

}  // namespace notifyd::storage::sqlite
