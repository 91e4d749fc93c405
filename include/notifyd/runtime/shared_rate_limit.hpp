// A per-minute limit for each key (an address, a user), across all loops, in bounded memory.
//   if (const Milliseconds wait = connects.take(address, clock.steady_now(), most); wait != Milliseconds::zero()) …
// Thread: any. The windows (core/keyed_window) are split into shards, each behind its own lock.
#pragma once

#include "notifyd/core/keyed_window.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <functional>
#include <mutex>
#include <string>

namespace notifyd::runtime {

class SharedRateLimit {
  public:
    // Zero: admitted. Otherwise, how long until this key may be admitted. `most` is per minute; 0 means no limit.
    [[nodiscard]] Milliseconds take(const std::string& key, SteadyTime now, std::size_t most) {
        Shard& shard = shard_of(key);
        const std::lock_guard lock(shard.mutex);
        return shard.windows.take(key, now, most);
    }

    // Undoes the last admission, for something that did not happen after all.
    void give_back(const std::string& key) {
        Shard& shard = shard_of(key);
        const std::lock_guard lock(shard.mutex);
        shard.windows.give_back(key);
    }

    // What take would return, without recording anything.
    [[nodiscard]] Milliseconds look(const std::string& key, SteadyTime now, std::size_t most) {
        Shard& shard = shard_of(key);
        const std::lock_guard lock(shard.mutex);
        return shard.windows.look(key, now, most);
    }

    // Recorded admissions; never more than the capacity.
    [[nodiscard]] std::size_t size() {
        std::size_t sum = 0;
        for (Shard& shard : shards_) {
            const std::lock_guard lock(shard.mutex);
            sum += shard.windows.size();
        }
        return sum;
    }

    // A few dozen megabytes at worst; exact up to about 4,000 admissions per second.
    static constexpr std::size_t capacity = 256 * 1024;

  private:
    static constexpr std::size_t shard_count = 16;

    struct Shard {
        std::mutex mutex;
        KeyedWindow windows{std::chrono::minutes(1), capacity / shard_count};
    };

    [[nodiscard]] Shard& shard_of(const std::string& key) {
        return shards_[std::hash<std::string>{}(key) % shard_count];
    }

    std::array<Shard, shard_count> shards_;
};

}  // namespace notifyd::runtime
