// The writes of ports::BlockStore.
// Owns:   their values. Thread: as WriteJob. Fails: as WriteJob.
#pragma once

#include "notifyd/core/unique_function.hpp"
#include "notifyd/core/user_block.hpp"

#include "outcome_result.hpp"
#include "write_job.hpp"

#include <functional>
#include <optional>
#include <utility>

namespace notifyd::storage {

// Called on the storage thread for every user whose block has changed; nullopt: it is lifted.
using BlockChanged = std::function<void(const UserId&, const std::optional<UserBlock>&)>;

class BlockJob final : public WriteJob {
  public:
    BlockJob(UserBlock block, const BlockChanged& changed, UniqueFunction<void(Result<void>)> done)
        : block_(std::move(block)), changed_(changed), done_(std::move(done)) {}

    [[nodiscard]] bool write(JobTables& tables) override { return tables.blocks.block(block_); }
    void committed() override {
        if (changed_) changed_(block_.user, block_);
    }
    void answer(Outcome outcome) override { done_(outcome_of(outcome)); }

  private:
    UserBlock block_;
    const BlockChanged& changed_;
    UniqueFunction<void(Result<void>)> done_;
};

class UnblockJob final : public WriteJob {
  public:
    UnblockJob(UserId user, const BlockChanged& changed, UniqueFunction<void(Result<bool>)> done)
        : user_(std::move(user)), changed_(changed), done_(std::move(done)) {}

    [[nodiscard]] bool write(JobTables& tables) override {
        removed_ = false;
        return tables.blocks.unblock(user_, removed_);
    }
    void committed() override {
        if (changed_) changed_(user_, std::nullopt);
    }
    void answer(Outcome outcome) override { done_(outcome_of(outcome, removed_)); }

  private:
    UserId user_;
    const BlockChanged& changed_;
    bool removed_ = false;
    UniqueFunction<void(Result<bool>)> done_;
};

}  // namespace notifyd::storage
