// How much of the room for dead letters that wait for their commit may be one recipient's: never more than half of what
// the others have left free. So one who misses everything stops at a third of the room, many of them share it, and
// somebody who has nothing waiting still finds a place.
// Owns:   the count of each recipient who has letters waiting.
// Thread: any; each call holds one shard's lock for a moment.
// Fails:  take says no.
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

    // `free`: what nobody has taken yet.
    [[nodiscard]] bool take(const UserId& recipient, std::size_t bytes, const Amount& free) {
        bool taken = false;
        waiting_.update(recipient, [&](Amount& own) {
            // Whoever has nothing waiting gets any size: the room as a whole is checked elsewhere.
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
