// Asks every loop to do something, and returns to the asking loop once all have done it.
// Owns:   the round, until it is over.
// Thread: one loop asks; `ask` runs on each loop with that loop's connections, then `done` on the asking loop. A
//         stopped loop has no connections; if the asking loop has stopped, nobody waits for `done`.
#pragma once

#include "notifyd/core/unique_function.hpp"
#include "notifyd/gateway/loop_connections.hpp"

#include <memory>
#include <utility>
#include <vector>

namespace notifyd::gateway {

// Runs `done` on the home loop when its last shared owner is gone.
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
void ask_all_loops(const AllLoops& loops, runtime::EventLoop& home, const Ask& ask, UniqueFunction<void()> done) {
    const auto round = std::make_shared<LoopRound>(home, std::move(done));
    for (const LoopConnections* there : loops) {
        static_cast<void>(there->loop.post_control([there, ask, round]() mutable { ask(*there); }));
    }
}

}  // namespace notifyd::gateway
