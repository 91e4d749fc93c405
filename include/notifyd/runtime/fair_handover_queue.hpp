// A bounded FairQueue between threads; takers sleep until a value arrives.
// Thread: any. A value that push does not take stays with the caller.
#pragma once

#include "notifyd/runtime/fair_queue.hpp"

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <utility>

namespace notifyd::runtime {

enum class Handover : std::uint8_t {
    taken,
    share_used,  // the key has used up its share of the room
    full,
    closed,
};

template <class Key, class T>
class FairHandoverQueue {
  public:
    explicit FairHandoverQueue(std::size_t values_max) : values_max_(values_max) {}

    // A key with values waiting may add more as long as it has fewer than a quarter of the remaining room. So a single
    // key stops at a fifth of the capacity, the next one at a fifth of the rest, and it takes dozens of keys to keep a
    // newcomer out. Unless the result is `taken`, `value` is left untouched.
    [[nodiscard]] Handover push(const Key& key, T&& value) {
        return push_if(key, std::move(value), [this](const Key& of) {
            if (values_.size() >= values_max_) return Handover::full;
            const std::size_t own = values_.size_of(of);
            return own != 0 && own >= (values_max_ - values_.size()) / 4 ? Handover::share_used : Handover::taken;
        });
    }
    // For callers that limit their own number of waiting values.
    [[nodiscard]] Handover push_always(const Key& key, T&& value) {
        return push_if(key, std::move(value), [](const Key&) { return Handover::taken; });
    }

    // Waits for a value. nullopt: closed, and everything pushed has been taken.
    [[nodiscard]] std::optional<T> take() {
        std::unique_lock lock(mutex_);
        filled_.wait(lock, [this] { return closed_ || !values_.empty(); });
        if (values_.empty()) return std::nullopt;
        return values_.pop();
    }

    [[nodiscard]] std::size_t size() const {
        const std::lock_guard lock(mutex_);
        return values_.size();
    }

    // Refuses all further values; takers get the remaining ones, then nullopt.
    void close() {
        {
            const std::lock_guard lock(mutex_);
            closed_ = true;
        }
        filled_.notify_all();
    }

  private:
    template <class Judge>
    Handover push_if(const Key& key, T&& value, Judge judge) {
        {
            const std::lock_guard lock(mutex_);
            if (closed_) return Handover::closed;
            const Handover verdict = judge(key);
            if (verdict != Handover::taken) return verdict;
            values_.push(key, std::move(value));
        }
        filled_.notify_one();
        return Handover::taken;
    }

    const std::size_t values_max_;
    mutable std::mutex mutex_;
    std::condition_variable filled_;
    FairQueue<Key, T> values_;
    bool closed_ = false;
};

}  // namespace notifyd::runtime
