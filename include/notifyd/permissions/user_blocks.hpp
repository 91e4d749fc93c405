// Blocks, unblocks and lists blocked users, on behalf of admins (docs/protocol.md#blocked-users). The routes declare
// that they are for admins; this does not check it again. Flow:   endpoint -> UserBlocks -> BlockStore (commits) ->
// BlockList -> [ChangeListener] -> `done` Thread: one loop; it outlives the operations it started. Fails:
// invalid_request (a bad user id, or an end in the past), unavailable (from the store: nothing was changed).
//         Refusals call `done` inside the call, everything else later.
#pragma once

#include "notifyd/core/clock.hpp"
#include "notifyd/core/identity.hpp"
#include "notifyd/core/result.hpp"
#include "notifyd/core/unique_function.hpp"
#include "notifyd/core/user_block.hpp"
#include "notifyd/observability/events.hpp"
#include "notifyd/permissions/change_listener.hpp"
#include "notifyd/ports/block_store.hpp"

#include <cstddef>
#include <optional>
#include <string>

namespace notifyd::permissions {

struct BlockRequest {
    UserId user;
    std::optional<EpochMs> until{};
    std::string reason{};
};

class UserBlocks {
  public:
    // `clock` is the BlockList's.
    UserBlocks(ports::BlockStore& store, ChangeListener& changes, observability::Events& events, const Clock& clock)
        : store_(store), changes_(changes), events_(events), clock_(clock) {}

    // `done` runs when every loop has begun to close the user's connections. Blocking a blocked user again replaces the
    // end and the reason.
    void block(const Identity& admin, BlockRequest request, UniqueFunction<void(Result<UserBlock>)> done);
    // Succeeds if the user was not blocked; `done` receives whether there was a block.
    void unblock(const Identity& admin, UserId user, UniqueFunction<void(Result<bool>)> done);
    // Ordered by user; `limit` is 1 to 100.
    void list(const Identity& admin,
              std::size_t limit,
              std::optional<UserId> after,
              UniqueFunction<void(Result<ports::BlockPage>)> done);

  private:
    ports::BlockStore& store_;
    ChangeListener& changes_;
    observability::Events& events_;
    const Clock& clock_;
};

}  // namespace notifyd::permissions
