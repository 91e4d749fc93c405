// A queue of values between threads; takers sleep until a value arrives.
// Unbounded: callers limit what they push (a storage request is counted before it is gathered).
// Thread: any. Once the queue is closed, values stay with their callers.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

namespace notifyd::runtime {

template <class T>
class HandoverQueue {
  public:
    // False: closed, and `value` is left untouched.
    [[nodiscard]] bool push(T&& value) {
        {
            const std::lock_guard lock(mutex_);
            if (closed_) return false;
            values_.push_back(std::move(value));
        }
        filled_.notify_one();
        return true;
    }

    // Waits for a value. nullopt: closed, and everything pushed has been taken.
    [[nodiscard]] std::optional<T> take() {
        std::unique_lock lock(mutex_);
        filled_.wait(lock, [this] { return closed_ || !values_.empty(); });
        if (values_.empty()) return std::nullopt;
        std::optional<T> value(std::move(values_.front()));
        values_.pop_front();
        return value;
    }

    enum class Waited { taken, timed_out, closed };

    // Appends everything that is waiting to `out`; if there is nothing, waits for a value, up to `timeout` if given.
    // closed: the queue is empty and stays so.
    Waited take_all(std::deque<T>& out, std::optional<std::chrono::milliseconds> timeout) {
        std::unique_lock lock(mutex_);
        const auto ready = [this] { return closed_ || !values_.empty(); };
        if (timeout.has_value()) {
            if (!filled_.wait_for(lock, *timeout, ready)) return Waited::timed_out;
        } else {
            filled_.wait(lock, ready);
        }
        if (values_.empty()) return Waited::closed;
        for (T& value : values_) out.push_back(std::move(value));
        values_.clear();
        return Waited::taken;
    }

    // Takes the values that are there, without waiting.
    void take_ready(std::deque<T>& out) { (void)take_all(out, std::chrono::milliseconds(0)); }

    // Refuses all further values; takers get the remaining ones, then learn that it is closed.
    void close() {
        {
            const std::lock_guard lock(mutex_);
            closed_ = true;
        }
        filled_.notify_all();
    }

  private:
    std::mutex mutex_;
    std::condition_variable filled_;
    std::deque<T> values_;
    bool closed_ = false;
};

}  // namespace notifyd::runtime
