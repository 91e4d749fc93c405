// Stores which users are blocked.
// Thread: one loop; `done` runs on that loop.
// Fails:  unavailable (queue full, or the commit or read failed).
#pragma once

#include "notifyd/core/result.hpp"
#include "notifyd/core/unique_function.hpp"
#include "notifyd/core/user_block.hpp"

#include <cstddef>
#include <optional>
#include <vector>

namespace notifyd::ports {

struct BlockPage {
    std::vector<UserBlock> blocks;
    bool more = false;
};

class BlockStore {
  public:
    virtual ~BlockStore() = default;

    // Writes the row, replacing an earlier one of the user.
    virtual void block(UserBlock block, UniqueFunction<void(Result<void>)> done) = 0;
    // Deletes the row; `done` receives whether there was one.
    virtual void unblock(UserId user, UniqueFunction<void(Result<bool>)> done) = 0;
    // Blocks in force at `now`, ordered by user, starting after `after` if given. Scheduled as a read of the asker.
    virtual void list(UserId asker,
                      EpochMs now,
                      std::size_t rows_max,
                      std::optional<UserId> after,
                      UniqueFunction<void(Result<BlockPage>)> done) = 0;
};

}  // namespace notifyd::ports
