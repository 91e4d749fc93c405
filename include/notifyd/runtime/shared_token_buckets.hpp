// A token bucket for each key (a user), across all loops, in bounded memory.
//   const Milliseconds wait = publishes.take(user, clock.steady_now(), {10, 20});
// A bucket that is full again is as good as a new one and can be forgotten: each shard keeps two generations, and drops
// the older one once it has been unused for as long as a bucket takes to fill. If there are more keys than the
// capacity, the least recently used are dropped early and start again with a full burst: no key is refused because of
// others, and escaping a limit takes tens of thousands of other keys.
// Thread: any. The buckets are split into shards, each behind its own lock.
#pragma once

#include "notifyd/core/rate_limiter.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <functional>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>

namespace notifyd::runtime {

class SharedTokenBuckets {
  public:
    // Zero: a token was taken. Otherwise, how long until this key has one, rounded up. A rate of 0 means no limit.
    [[nodiscard]] Milliseconds take(const std::string& key, SteadyTime now, const Rate& rate) {
        if (rate.per_second == 0) return Milliseconds::zero();
        Shard& shard = shards_[std::hash<std::string>{}(key) % shard_count];
        const std::lock_guard lock(shard.mutex);
        return std::chrono::ceil<Milliseconds>(shard.take(key, now, rate));
    }

    // Buckets that are remembered; never more than the capacity.
    [[nodiscard]] std::size_t size() {
        std::size_t sum = 0;
        for (Shard& shard : shards_) {
            const std::lock_guard lock(shard.mutex);
            sum += shard.young.size() + shard.old.size();
        }
        return sum;
    }

    // About ten megabytes at worst, with user ids of the usual length.
    static constexpr std::size_t capacity = 64 * 1024;

  private:
    static constexpr std::size_t shard_count = 16;
    static constexpr std::size_t generation_max = capacity / shard_count / 2;
    using Buckets = std::unordered_map<std::string, TokenBucket>;

    struct Shard {
        std::mutex mutex;
        Buckets young;  // used since `turned_at`
        Buckets old;    // used before, and not since
        SteadyTime turned_at;

        std::chrono::nanoseconds take(const std::string& key, SteadyTime now, const Rate& rate) {
            const std::chrono::nanoseconds fills_in = std::chrono::seconds(1 + rate.burst / rate.per_second);
            // Callers on several threads may arrive slightly out of order.
            if (now - turned_at >= fills_in || young.size() >= generation_max) {
                old = std::exchange(young, {});
                turned_at = now;
            }
            if (auto node = old.extract(key)) young.insert(std::move(node));
            return young[key].take_or_wait(now, rate);
        }
    };

    std::array<Shard, shard_count> shards_;
};

}  // namespace notifyd::runtime
