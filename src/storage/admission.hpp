// How many requests and bytes wait for their commit, counted so that asking is cheap.
// Owns:   two counters. Thread: any. Fails: admit says no when the queue is full.
#pragma once

#include <atomic>
#include <cstddef>

namespace notifyd::storage {

class Admission {
  public:
    Admission(std::size_t requests_max, std::size_t bytes_max) : requests_max_(requests_max), bytes_max_(bytes_max) {}

    // Loops may overshoot the bytes by one message each, never the requests.
    [[nodiscard]] bool admit(std::size_t bytes) {
        if (bytes_.load(std::memory_order_relaxed) >= bytes_max_) return false;
        return count(bytes, requests_max_);
    }

    // For connection rows, which nobody can send again: they may fill the queue a second time over.
    [[nodiscard]] bool admit_connection_row(std::size_t bytes) { return count(bytes, 2 * requests_max_); }

    void release(std::size_t requests, std::size_t bytes) {
        requests_.fetch_sub(requests, std::memory_order_relaxed);
        bytes_.fetch_sub(bytes, std::memory_order_relaxed);
    }

    [[nodiscard]] bool has_room(std::size_t requests) const {
        return requests_.load(std::memory_order_relaxed) + requests <= requests_max_ &&
               bytes_.load(std::memory_order_relaxed) < bytes_max_;
    }

    [[nodiscard]] std::size_t requests() const { return requests_.load(std::memory_order_relaxed); }
    [[nodiscard]] std::size_t bytes() const { return bytes_.load(std::memory_order_relaxed); }

  private:
    bool count(std::size_t bytes, std::size_t requests_max) {
        if (requests_.fetch_add(1, std::memory_order_relaxed) >= requests_max) {
            requests_.fetch_sub(1, std::memory_order_relaxed);
            return false;
        }
        bytes_.fetch_add(bytes, std::memory_order_relaxed);
        return true;
    }

    const std::size_t requests_max_;
    const std::size_t bytes_max_;
    std::atomic<std::size_t> requests_{0};
    std::atomic<std::size_t> bytes_{0};
};

}  // namespace notifyd::storage
