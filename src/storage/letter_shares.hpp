// Shares the room for dead letters waiting for their commit: one recipient may take at most half of what the others
// have left free. So a recipient that misses everything stops at a third of the room, several share it, and one with
// nothing waiting still finds a place.
// Thread: any; each call briefly holds one shard's lock.
#pragma once

#include "notifyd/core/ids.hpp"
#include "notifyd/runtime/sharded_map.hpp"

#include <cstddef>

namespace notifyd::storage {

class LetterShares {
  public:
    struct Amount {
        std::size_t letters = 0;
        std::size_t bytes = 0;
    };

    // `free`: the room that nobody has taken yet. False: refused.
    [[nodiscard]] bool take(const UserId& recipient, std::size_t bytes, const Amount& free) {
        bool taken = false;
        waiting_.update(recipient, [&](Amount& own) {
            // The first letter may have any size: the room as a whole is checked elsewhere.
            taken = own.letters == 0 || (own.letters < free.letters / 2 && own.bytes + bytes <= free.bytes / 2);
            if (taken) own = {own.letters + 1, own.bytes + bytes};
            return keep_if_any(own);
        });
        return taken;
    }

    void give_back(const UserId& recipient, std::size_t bytes) {
        waiting_.update(recipient, [&](Amount& own) {
            own = {own.letters - 1, own.bytes - bytes};
            return keep_if_any(own);
        });
    }

  private:
    using Waiting = runtime::ShardedMap<UserId, Amount>;

    static Waiting::Keep keep_if_any(const Amount& own) {
        return own.letters == 0 ? Waiting::Keep::no : Waiting::Keep::yes;
    }

    Waiting waiting_;
};

}  // namespace notifyd::storage
