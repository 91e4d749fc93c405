// Every blocked user in memory, so that a check costs a lookup and no disk access.
// Owns:   until when each user is blocked; an entry found to have ended is removed.
// Thread: any. All loops read it; only the thread that commits the rows changes it, so it follows commit order.
// Fails:  set throws when memory runs out.
#pragma once

#include "notifyd/core/clock.hpp"
#include "notifyd/core/ids.hpp"
#include "notifyd/runtime/sharded_map.hpp"

#include <atomic>
#include <cstddef>
#include <optional>

namespace notifyd::permissions {

class BlockList {
  public:
    // `clock` must not follow leaps of the wall clock, so that they end no block early.
    explicit BlockList(const Clock& clock) : clock_(clock) {}

    [[nodiscard]] bool is_blocked(const UserId& user) const;

    // Call after the commit of the row and before the answer, or when reading rows at start. nullopt: until lifted.
    void set(const UserId& user, std::optional<EpochMs> until);
    // Succeeds if there is none.
    void remove(const UserId& user);

  private:
    void forget_ended(const UserId& user) const;

    const Clock& clock_;
    mutable runtime::ShardedMap<UserId, EpochMs> until_;
    // Usually nobody is blocked, and then no lookup is needed.
    mutable std::atomic<std::size_t> count_{0};
};

}  // namespace notifyd::permissions
