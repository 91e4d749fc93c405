// Blocks users, lifts their blocks, and lists them.
#pragma once

#include "notifyd/ports/block_store.hpp"

#include "block_jobs.hpp"
#include "loop_requests.hpp"

#include <optional>
#include <utility>

namespace notifyd::storage {

class BlockPort final : public ports::BlockStore {
  public:
    BlockPort(LoopRequests& requests, const ChangeListeners& listeners) : requests_(requests), listeners_(listeners) {}

    void block(UserBlock block, Done<void> done) override {
        requests_.submit(std::make_unique<BlockJob>(std::move(block), listeners_, std::move(done)));
    }
    void unblock(UserId user, Done<bool> done) override {
        requests_.submit(std::make_unique<UnblockJob>(std::move(user), listeners_, std::move(done)));
    }
    void list(UserId asker,
              EpochMs now,
              std::size_t rows_max,
              std::optional<UserId> after,
              Done<ports::BlockPage> done) override {
        auto read = [now, rows_max, after = std::move(after)](ReadTables& tables) {
            return tables.blocks.list(now, rows_max, after);
        };
        requests_.read(std::move(asker), IfBusy::refuse, std::move(done), std::move(read));
    }

  private:
    LoopRequests& requests_;
    const ChangeListeners& listeners_;
};

}  // namespace notifyd::storage
