// A bounded queue of tasks from many threads to one, which drains it as a whole.
// Thread: take_all from the thread that owns the mailbox, everything else from any.
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
    // `wake` is called on the posting thread when a task is put into an empty mailbox.
    Mailbox(std::size_t tasks_max, std::function<void()> wake);

    // False: full or closed.
    [[nodiscard]] bool post(Task task);
    // Waits while the mailbox is full. False: closed.
    bool post_waiting(Task task);
    // Ignores the bound. False: closed.
    [[nodiscard]] bool post_control(Task task);
    // Swaps all waiting tasks into `out`, which must be empty.
    void take_all(std::vector<Task>& out);
    [[nodiscard]] std::size_t depth() const { return depth_.load(std::memory_order_relaxed); }
    // Refuses all further tasks and releases waiting threads.
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
