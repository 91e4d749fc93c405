// A map that all loops read but few write: split into shards, each behind its own lock.
// Thread: any. `visit` and `update` hold one shard's lock: keep the callbacks short, and take no locks in them.
#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <mutex>
#include <shared_mutex>
#include <unordered_map>

namespace notifyd::runtime {

template <class Key, class Value>
class ShardedMap {
  public:
    // Calls `look(const Value*)` (nullptr: no such key) under a shared lock and returns its result.
    template <class Look>
    auto visit(const Key& key, Look look) const {
        const Shard& shard = shard_of(key);
        const std::shared_lock lock(shard.mutex);
        const auto found = shard.values.find(key);
        return look(found == shard.values.end() ? nullptr : &found->second);
    }

    enum class Keep : bool { no, yes };

    // Calls `change(Value&)` under the exclusive lock, with a new value if there is none; `change` returns whether to
    // keep the value.
    template <class Change>
    void update(const Key& key, Change change) {
        Shard& shard = shard_of(key);
        const std::unique_lock lock(shard.mutex);
        const auto [place, inserted] = shard.values.try_emplace(key);
        if (change(place->second) == Keep::no) shard.values.erase(place);
    }

  private:
    static constexpr std::size_t shard_count = 64;

    struct Shard {
        mutable std::shared_mutex mutex;
        std::unordered_map<Key, Value> values;
    };

    // The low bits choose the bucket inside a shard, so the high bits choose the shard.
    static std::size_t index_of(const Key& key) {
        const std::size_t hash = std::hash<Key>{}(key)*0x9E3779B97F4A7C15ULL;
        return hash >> 58U;
    }
    Shard& shard_of(const Key& key) { return shards_[index_of(key)]; }
    const Shard& shard_of(const Key& key) const { return shards_[index_of(key)]; }

    std::array<Shard, shard_count> shards_;
};

}  // namespace notifyd::runtime
