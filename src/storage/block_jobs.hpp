// Jobs that block a user or lift a block.
#pragma once

#include "notifyd/core/user_block.hpp"
#include "notifyd/storage/write_job.hpp"
#include "notifyd/storage/write_tables.hpp"

#include "change_listeners.hpp"
#include "outcome_result.hpp"

#include <optional>
#include <utility>

namespace notifyd::storage {

class BlockJob final : public WriteJob {
  public:
    BlockJob(UserBlock block, const ChangeListeners& listeners, Done<void> done)
        : block_(std::move(block)), listeners_(listeners), done_(std::move(done)) {}

    [[nodiscard]] bool write(WriteTables& tables) override { return tables.blocks.block(block_); }
    void committed() noexcept override { listeners_.block_changed(block_.user, block_); }
    void answer(Outcome outcome) override { done_(outcome_of(outcome)); }

  private:
    UserBlock block_;
    const ChangeListeners& listeners_;
    Done<void> done_;
};

class UnblockJob final : public WriteJob {
  public:
    UnblockJob(UserId user, const ChangeListeners& listeners, Done<bool> done)
        : user_(std::move(user)), listeners_(listeners), done_(std::move(done)) {}

    [[nodiscard]] bool write(WriteTables& tables) override {
        removed_ = false;
        return tables.blocks.unblock(user_, removed_);
    }
    void committed() noexcept override { listeners_.block_changed(user_, std::nullopt); }
    void answer(Outcome outcome) override { done_(outcome_of(outcome, removed_)); }

  private:
    UserId user_;
    const ChangeListeners& listeners_;
    bool removed_ = false;
    Done<bool> done_;
};

}  // namespace notifyd::storage
