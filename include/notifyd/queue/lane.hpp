// The messages waiting for one loop's processor, in order of arrival (for fifo: commit order). Pure.
// A lane paces delivery: each turn takes a slice that fits the connections' outboxes, then the sockets are flushed.
// Unbounded: publishers check the depth before they push.
// Thread: one loop; depth from any.
#pragma once

#include "notifyd/core/message.hpp"

#include <atomic>
#include <cstddef>
#include <deque>
#include <utility>

namespace notifyd::queue {

template <class Entry>
class Lane {
  public:
    void push(Entry entry) {
        entries_.push_back(std::move(entry));
        depth_.store(entries_.size(), std::memory_order_relaxed);
    }
    [[nodiscard]] bool empty() const { return entries_.empty(); }
    [[nodiscard]] const Entry& front() const { return entries_.front(); }
    [[nodiscard]] Entry pop() {
        Entry entry = std::move(entries_.front());
        entries_.pop_front();
        depth_.store(entries_.size(), std::memory_order_relaxed);
        return entry;
    }
    [[nodiscard]] std::size_t depth() const { return depth_.load(std::memory_order_relaxed); }

  private:
    std::deque<Entry> entries_;
    std::atomic<std::size_t> depth_{0};
};

}  // namespace notifyd::queue
