// The presence of one loop: its board and its watchers.
// Thread: built before the loop runs, then used on the loop only.
#pragma once

#include "notifyd/presence/local_board.hpp"
#include "notifyd/presence/watchers.hpp"

namespace notifyd::presence {

struct LoopPresence {
    LoopPresence(
        runtime::EventLoop& loop, LocalBoards& boards, const Clock& clock, IdSource& ids, Milliseconds leave_after)
        : board(loop, boards, clock, leave_after), watchers(board, clock, ids) {
        board.set_receiver(watchers);
    }

    // Call it every LocalBoard::tick_interval.
    void tick() {
        board.tick();
        watchers.tick();
    }

    LocalBoard board;
    Watchers watchers;
};

}  // namespace notifyd::presence
