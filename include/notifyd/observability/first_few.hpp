// Admits each text once, and no more than a few new ones in each period: for events that are logged once per cause,
// where anybody can invent causes.
// Owns:   the texts that it remembers; beyond `remembered_max`, the oldest are forgotten.
// Thread: any.
#pragma once

#include "notifyd/core/clock.hpp"

#include <algorithm>
#include <cstddef>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>

namespace notifyd::observability {

class FirstFew {
  public:
    static constexpr std::size_t remembered_max = 256;

    FirstFew(std::size_t most, Milliseconds period) : most_(most), period_(period) {}

    [[nodiscard]] bool admit(std::string_view text, SteadyTime now) {
        const std::scoped_lock lock(mutex_);
        if (std::ranges::find(seen_, text) != seen_.end()) return false;
        if (now - period_began_ >= period_) {
            period_began_ = now;
            admitted_ = 0;
        }
        if (admitted_ == most_) return false;
        ++admitted_;
        if (seen_.size() == remembered_max) seen_.pop_front();
        seen_.emplace_back(text);
        return true;
    }

  private:
    std::mutex mutex_;
    std::deque<std::string> seen_;
    std::size_t most_;
    Milliseconds period_;
    SteadyTime period_began_{};
    std::size_t admitted_ = 0;
};

}  // namespace notifyd::observability
