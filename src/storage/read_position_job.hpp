// A job that moves a read position forward and announces where it is now.
#pragma once

#include "notifyd/ports/read_position_store.hpp"
#include "notifyd/storage/write_job.hpp"
#include "notifyd/storage/write_tables.hpp"

#include "outcome_result.hpp"

#include <optional>
#include <utility>
#include <vector>

namespace notifyd::storage {

class ReadPositionJob final : public WriteJob {
  public:
    ReadPositionJob(ports::ReadPosition position, ports::AnnounceRead announce, Done<void> done)
        : position_(std::move(position)), announce_(std::move(announce)), done_(std::move(done)) {}

    [[nodiscard]] bool write(WriteTables& tables) override {
        moved_to_.reset();
        refused_.reset();
        return tables.read_positions.advance(position_, moved_to_, refused_);
    }
    void deliver(std::vector<Delivery>& deliveries) override {
        if (moved_to_.has_value()) announce_(*moved_to_, deliveries);
    }
    void answer(Outcome outcome) override {
        const bool refused = outcome == Outcome::committed && refused_.has_value();
        done_(refused ? Result<void>(*refused_) : outcome_of(outcome));
    }

  private:
    ports::ReadPosition position_;
    ports::AnnounceRead announce_;
    std::optional<Sequence> moved_to_;
    std::optional<Error> refused_;
    Done<void> done_;
};

}  // namespace notifyd::storage
