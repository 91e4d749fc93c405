// The only place where other threads reach a loop.
#include "notifyd/runtime/mailbox.hpp"

#include <cassert>
#include <utility>

namespace notifyd::runtime {

Mailbox::Mailbox(std::size_t tasks_max, std::function<void()> wake) : tasks_max_(tasks_max), wake_(std::move(wake)) {}

void Mailbox::push(Task&& task, std::unique_lock<std::mutex>& lock) {
    const bool first = tasks_.empty();
    tasks_.push_back(std::move(task));
    depth_.store(tasks_.size(), std::memory_order_relaxed);
    lock.unlock();
    if (first) wake_();
}

bool Mailbox::post(Task task) {
    std::unique_lock lock(mutex_);
    if (closed_ || tasks_.size() >= tasks_max_) return false;
    push(std::move(task), lock);
    return true;
}

bool Mailbox::post_waiting(Task task) {
    std::unique_lock lock(mutex_);
    room_.wait(lock, [this] { return closed_ || tasks_.size() < tasks_max_; });
    if (closed_) return false;
    push(std::move(task), lock);
    return true;
}

bool Mailbox::post_control(Task task) {
    std::unique_lock lock(mutex_);
    if (closed_) return false;
    push(std::move(task), lock);
    return true;
}

void Mailbox::take_all(std::vector<Task>& out) {
    assert(out.empty());
    {
        const std::lock_guard lock(mutex_);
        tasks_.swap(out);
        depth_.store(0, std::memory_order_relaxed);
    }
    room_.notify_all();
}

void Mailbox::close() {
    {
        const std::lock_guard lock(mutex_);
        closed_ = true;
    }
    room_.notify_all();
}

}  // namespace notifyd::runtime
