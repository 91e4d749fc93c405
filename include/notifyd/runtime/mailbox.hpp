// A bounded queue of tasks from many threads to one, drained whole.
// Owns:   the tasks that wait.
// Thread: post, post_waiting, depth and close from any; take_all from the one that owns the mailbox.
// Fails:  post gives false when the mailbox is full or closed.
#pragma once

#include "notifyd/runtime/task.hpp"

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <vector>

namespace notifyd::runtime {

class Mailbox {
  public:
    // `wake` is called, on the posting thread, when the first task comes into an empty mailbox.
    Mailbox(std::size_t tasks_max, std::function<void()> wake);

    [[nodiscard]] bool post(Task task);
    // Waits while the mailbox is full. False: closed.
    bool post_waiting(Task task);
    // Past the bound. False: closed.
    [[nodiscard]] bool post_control(Task task);
    // Swaps everything that waits into `out`, which must be empty.
    void take_all(std::vector<Task>& out);
    [[nodiscard]] std::size_t depth() const { return depth_.load(std::memory_order_relaxed); }
    // Refuses everything from now on and lets waiting threads go.
    void close();

  private:
    void push(Task&& task, std::unique_lock<std::mutex>& lock);

    const std::size_t tasks_max_;
    const std::function<void()> wake_;
    std::mutex mutex_;
    std::condition_variable room_;
    std::vector<Task> tasks_;
    std::atomic<std::size_t> depth_{0};
    bool closed_ = false;
};

}  // namespace notifyd::runtime
