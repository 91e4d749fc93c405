// Checks that every event loop still responds: each beat posts a task to every loop, which must have run by the next
// beat.
// Thread: main; must outlive the threads of the loops.
#pragma once

#include "notifyd/runtime/event_loop.hpp"

#include <atomic>
#include <memory>
#include <vector>

namespace notifyd::app {

class Pulse {
  public:
    void add(runtime::EventLoop& loop) { questions_.push_back(std::make_unique<Question>(loop)); }

    // Whether all loops have answered the previous beat. A loop that has not answered is not asked again.
    [[nodiscard]] bool beat() {
        bool all = true;
        for (const auto& question : questions_) all = question->ask() && all;
        return all;
    }

  private:
    struct Question {
        explicit Question(runtime::EventLoop& asked) : loop(asked) {}

        bool ask() {
            if (open.exchange(true)) return false;
            return loop.post_control([this] { open = false; });
        }

        runtime::EventLoop& loop;
        std::atomic<bool> open{false};
    };

    std::vector<std::unique_ptr<Question>> questions_;
};

}  // namespace notifyd::app
