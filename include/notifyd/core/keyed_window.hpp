// A sliding window per key (an address, a user), in bounded memory. Pure.
// It remembers at most `capacity` admissions in total; a key without an admission in the window costs nothing. If more
// than `capacity` are admitted within one window, the oldest are forgotten early: no key is refused because of others,
// and escaping a limit takes `capacity` admissions under other keys.
#pragma once

#include "notifyd/core/sliding_window.hpp"

#include <algorithm>
#include <deque>
#include <iterator>
#include <string>
#include <unordered_map>

namespace notifyd {

class KeyedWindow {
  public:
    KeyedWindow(Milliseconds window, std::size_t capacity) : window_(window), capacity_(capacity) {}

    // Zero: admitted and recorded. Otherwise, how long until this key may be admitted. `most` 0 means no limit.
    [[nodiscard]] Milliseconds take(const std::string& key, SteadyTime now, std::size_t most) {
        if (most == 0) return Milliseconds::zero();
        // Callers on several threads may arrive slightly out of order.
        latest_ = std::max(latest_, now);
        while (!order_.empty() && order_.front().at + window_ <= latest_) forget_oldest();
        const auto place = windows_.try_emplace(key).first;
        const Milliseconds wait = place->second.take(latest_, window_, most);
        if (wait != Milliseconds::zero()) return wait;
        // Pointers to keys stay valid: the map never moves its nodes.
        order_.push_back({latest_, &place->first});
        if (order_.size() > capacity_) forget_oldest();
        return Milliseconds::zero();
    }

    // Forgets the key's most recent admission, if there is one in the window.
    void give_back(const std::string& key) {
        const auto place = windows_.find(key);
        if (place == windows_.end()) return;
        // Search from the back: the admission being returned is recent.
        const auto last =
            std::ranges::find(order_.rbegin(), order_.rend(), &place->first, [](const Admission& a) { return a.key; });
        if (last == order_.rend()) return;
        order_.erase(std::next(last).base());
        place->second.forget_last();
        if (place->second.size() == 0) windows_.erase(place);
    }

    // What take would return, without recording anything.
    [[nodiscard]] Milliseconds look(const std::string& key, SteadyTime now, std::size_t most) const {
        const auto place = windows_.find(key);
        if (place == windows_.end()) return Milliseconds::zero();
        return place->second.look(std::max(latest_, now), window_, most);
    }

    // The number of recorded admissions.
    [[nodiscard]] std::size_t size() const { return order_.size(); }
    [[nodiscard]] std::size_t keys() const { return windows_.size(); }

  private:
    struct Admission {
        SteadyTime at;
        const std::string* key;
    };

    void forget_oldest() {
        const auto place = windows_.find(*order_.front().key);
        order_.pop_front();
        place->second.forget_first();
        if (place->second.size() == 0) windows_.erase(place);
    }

    Milliseconds window_;
    std::size_t capacity_;
    SteadyTime latest_;
    std::unordered_map<std::string, SlidingWindow> windows_;
    std::deque<Admission> order_;  // oldest first
};

}  // namespace notifyd
