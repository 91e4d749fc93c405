// Returns free pages of the database to the file system.
#pragma once

#include "notifyd/storage/write_job.hpp"
#include "notifyd/storage/write_tables.hpp"

#include "outcome_result.hpp"

#include <cstddef>
#include <utility>

namespace notifyd::storage {

class ReclaimJob final : public WriteJob {
  public:
    ReclaimJob(std::size_t pages_max, Done<std::size_t> done) : pages_max_(pages_max), done_(std::move(done)) {}

    [[nodiscard]] Work find_work(WriteTables& tables) override {
        given_ = 0;
        std::size_t surplus = 0;
        if (!tables.space.count_surplus(surplus)) return Work::unknown;
        return surplus == 0 ? Work::none : Work::some;
    }
    [[nodiscard]] bool write(WriteTables& tables) override { return tables.space.give_back(pages_max_, given_); }
    void answer(Outcome outcome) override { done_(outcome_of(outcome, given_)); }

  private:
    const std::size_t pages_max_;
    std::size_t given_ = 0;
    Done<std::size_t> done_;
};

}  // namespace notifyd::storage
