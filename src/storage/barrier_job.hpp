// Writes nothing: once it is answered with success, the fate of everything that was handed over before it is decided.
#pragma once

#include "outcome_result.hpp"
#include "reader_pool.hpp"
#include "write_job.hpp"

#include <utility>

namespace notifyd::storage {

class BarrierJob final : public WriteJob {
  public:
    explicit BarrierJob(Done<void> done) : done_(std::move(done)) {}

    [[nodiscard]] Work find_work(WriteTables&) override { return Work::none; }
    [[nodiscard]] bool write(WriteTables&) override { return true; }
    void answer(Outcome outcome) override {
        // A failed commit counts, too: what was in front of the barrier will not be stored any more. A refusal is one
        // of the read that waits for the barrier.
        done_(outcome == Outcome::refused ? Result<void>(refusal_of(runtime::Handover::full)) : Result<void>{});
    }

  private:
    Done<void> done_;
};

}  // namespace notifyd::storage
