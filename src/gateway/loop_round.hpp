// One task to every loop, and one back from the last to the loop that asked.
// Owns:   the round, until it is over.
// Thread: one loop asks; `ask` runs on each loop with that loop's services, `done` on the loop that asked, after all.
// Fails:  never: a loop that has stopped has no connections; if the asking one has, nobody waits for `done`.
#pragma once

#include "notifyd/core/unique_function.hpp"
#include "notifyd/gateway/loop_services.hpp"

#include <memory>
#include <utility>
#include <vector>

namespace notifyd::gateway {

// Runs `done` on the home loop when the last share of it is gone.
class LoopRound {
  public:
    LoopRound(runtime::EventLoop& home, UniqueFunction<void()> done) : home_(home), done_(std::move(done)) {}
    LoopRound(const LoopRound&) = delete;
    LoopRound& operator=(const LoopRound&) = delete;
    ~LoopRound() { static_cast<void>(home_.post_control(std::move(done_))); }

  private:
    runtime::EventLoop& home_;
    UniqueFunction<void()> done_;
};

// `ask` is copied to each loop.
template <class Ask>
void ask_all_loops(const std::vector<LoopServices*>& loops,
                   runtime::EventLoop& home,
                   const Ask& ask,
                   UniqueFunction<void()> done) {
    const auto round = std::make_shared<LoopRound>(home, std::move(done));
    for (LoopServices* services : loops) {
        static_cast<void>(services->loop.post_control([services, ask, round]() mutable { ask(*services); }));
    }
}

}  // namespace notifyd::gateway
