// Writes nothing. When it succeeds, the fate of everything handed over before it has been decided.
#pragma once

#include "notifyd/storage/write_job.hpp"

#include "outcome_result.hpp"
#include "reader_pool.hpp"

#include <utility>

namespace notifyd::storage {

class BarrierJob final : public WriteJob {
  public:
    explicit BarrierJob(Done<void> done) : done_(std::move(done)) {}

    [[nodiscard]] Work find_work(WriteTables&) override { return Work::none; }
    [[nodiscard]] bool write(WriteTables&) override { return true; }
    void answer(Outcome outcome) override {
        // A failed commit counts as success: what preceded the barrier will not be stored any more. A refusal refuses
        // the read that waits for the barrier.
        done_(outcome == Outcome::refused ? Result<void>(refusal_of(runtime::Handover::full)) : Result<void>{});
    }

  private:
    Done<void> done_;
};

}  // namespace notifyd::storage
