// Adds a dead letter. It is not answered, so its commit may be delayed.
#pragma once

#include "notifyd/core/dead_letter.hpp"
#include "notifyd/storage/write_job.hpp"
#include "notifyd/storage/write_tables.hpp"

#include <utility>

namespace notifyd::storage {

class AddLetterJob final : public WriteJob {
  public:
    explicit AddLetterJob(DeadLetter letter) : letter_(std::move(letter)) {}

    [[nodiscard]] bool write(WriteTables& tables) override { return tables.letters.add(letter_); }
    void answer(Outcome) override {}

  private:
    DeadLetter letter_;
};

}  // namespace notifyd::storage
