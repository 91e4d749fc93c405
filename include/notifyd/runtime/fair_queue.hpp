// A queue that serves its keys in turn: one value of each key that has any, then the next round. However many values
// one key has waiting, every other key waits for at most one of them. First in, first out within a key. Pure.
// Unbounded: callers limit what they push. A key without values costs nothing.
// Thread: one at a time.
#pragma once

#include <cassert>
#include <cstddef>
#include <deque>
#include <unordered_map>
#include <utility>

namespace notifyd::runtime {

template <class Key, class T>
class FairQueue {
  public:
    void push(const Key& key, T value) {
        const auto [place, is_new] = lines_.try_emplace(key);
        if (is_new) turns_.push_back(&*place);
        place->second.push_back(std::move(value));
        ++size_;
    }

    // Takes a value of the key whose turn it is. The queue must not be empty.
    [[nodiscard]] T pop() {
        assert(!empty());
        auto* const turn = turns_.front();
        turns_.pop_front();
        T value = std::move(turn->second.front());
        turn->second.pop_front();
        --size_;
        if (turn->second.empty()) {
            lines_.erase(lines_.find(turn->first));
        } else {
            turns_.push_back(turn);
        }
        return value;
    }

    [[nodiscard]] bool empty() const { return size_ == 0; }
    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] std::size_t size_of(const Key& key) const {
        const auto line = lines_.find(key);
        return line == lines_.end() ? 0 : line->second.size();
    }
    [[nodiscard]] std::size_t keys() const { return lines_.size(); }

  private:
    using Lines = std::unordered_map<Key, std::deque<T>>;

    Lines lines_;
    std::deque<typename Lines::value_type*> turns_;  // each key with values, once
    std::size_t size_ = 0;
};

}  // namespace notifyd::runtime
