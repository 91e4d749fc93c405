// A job made from closures: the write fills in the answer.
#pragma once

#include "notifyd/storage/write_job.hpp"
#include "notifyd/storage/write_tables.hpp"

#include "outcome_result.hpp"

#include <utility>

namespace notifyd::storage {

// `Write` is called as bool(WriteTables&, Answer&), with a fresh answer for each attempt.
template <class Answer, class Write>
class AnswerJob final : public WriteJob {
  public:
    AnswerJob(Done<Answer> done, Write write) : done_(std::move(done)), write_(std::move(write)) {}

    [[nodiscard]] bool write(WriteTables& tables) override {
        answer_ = {};
        return write_(tables, answer_);
    }
    void answer(Outcome outcome) override { done_(outcome_of(outcome, std::move(answer_))); }

  private:
    Done<Answer> done_;
    Write write_;
    Answer answer_{};
};

// Without an answer beyond success: bool(WriteTables&).
template <class Write>
class AnswerJob<void, Write> final : public WriteJob {
  public:
    AnswerJob(Done<void> done, Write write) : done_(std::move(done)), write_(std::move(write)) {}

    [[nodiscard]] bool write(WriteTables& tables) override { return write_(tables); }
    void answer(Outcome outcome) override { done_(outcome_of(outcome)); }

  private:
    Done<void> done_;
    Write write_;
};

}  // namespace notifyd::storage
