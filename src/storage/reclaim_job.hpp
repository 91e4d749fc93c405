// Returns free pages of the database file to the file system.
#pragma once

#include "outcome_result.hpp"
#include "write_job.hpp"
#include "write_tables.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace notifyd::storage {

class ReclaimJob final : public WriteJob {
  public:
    ReclaimJob(std::size_t pages_max, Done<std::size_t> done) : pages_max_(pages_max), done_(std::move(done)) {}

    [[nodiscard]] Work find_work(WriteTables& tables) override {
        given_ = 0;
        if (!tables.free_pages.count_surplus(surplus_)) return Work::unknown;
        return surplus_ == 0 ? Work::none : Work::some;
    }
    [[nodiscard]] bool write(WriteTables& tables) override {
        if (!tables.free_pages.give_back(std::min(surplus_, pages_max_), given_)) return false;
        tables.has_shrunk = surplus_ <= pages_max_;
        return true;
    }
    void answer(Outcome outcome) override { done_(outcome_of(outcome, given_)); }

  private:
    const std::size_t pages_max_;
    std::size_t surplus_ = 0;
    std::size_t given_ = 0;
    Done<std::size_t> done_;
};

}  // namespace notifyd::storage
