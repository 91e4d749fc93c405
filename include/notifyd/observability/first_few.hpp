// Admits each text once, and only the first few texts: for events that are logged once per cause.
// Owns: the texts. Thread: any. Fails: never.
#pragma once

#include <algorithm>
#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace notifyd::observability {

class FirstFew {
  public:
    explicit FirstFew(std::size_t most) : most_(most) {}

    [[nodiscard]] bool admit(std::string_view text) {
        const std::scoped_lock lock(mutex_);
        if (seen_.size() == most_ || std::ranges::find(seen_, text) != seen_.end()) return false;
        seen_.emplace_back(text);
        return true;
    }

  private:
    std::mutex mutex_;
    std::vector<std::string> seen_;
    std::size_t most_;
};

}  // namespace notifyd::observability
