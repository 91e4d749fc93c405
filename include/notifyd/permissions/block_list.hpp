// Every blocked user in memory, so that a check costs a lookup and no disk.
// Owns:   until when each of them is blocked; whoever is looked up after that is forgotten.
// Thread: any: all loops read it; it is changed by the thread that commits the rows, so in commit order.
// Fails:  set throws when memory runs out; nothing else fails.
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
    // `clock` is one that no leap of the wall clock changes: no block ends early by that.
    explicit BlockList(const Clock& clock) : clock_(clock) {}

    [[nodiscard]] bool is_blocked(const UserId& user) const;

    // After the commit of the row and before it is answered, or when it is read at start. nullopt: until it is lifted.
    void set(const UserId& user, std::optional<EpochMs> until);
    // Fine if there is none.
    void remove(const UserId& user);

  private:
    void forget_ended(const UserId& user) const;

    const Clock& clock_;
    mutable runtime::ShardedMap<UserId, EpochMs> until_;
    // Nearly always nobody is blocked, and then nobody need be looked up.
    mutable std::atomic<std::size_t> count_{0};
};

}  // namespace notifyd::permissions
