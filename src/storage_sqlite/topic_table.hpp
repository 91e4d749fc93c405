// Table `topics`: names, ids and the counters that number messages, with a bounded cache.
// Thread: the storage thread, inside its transactions.
// Fails:  nullptr or false if the database fails; forget() must then follow the rollback.
#pragma once

#include "notifyd/core/ids.hpp"
#include "notifyd/core/topic_name.hpp"

#include "database.hpp"

#include <cstdint>
#include <string>
#include <unordered_map>

namespace notifyd::storage::sqlite {

struct Topic {
    std::int64_t id = 0;
    Sequence counter = 0;  // the number of its last numbered message
};

class TopicTable {
  public:
    // Two generations of up to `generation_max` topics each are kept in memory.
    explicit TopicTable(Database& database, std::size_t generation_max = 32'768);

    // `done`: there is no such topic.
    [[nodiscard]] Step find(const TopicName& name, Topic& topic);
    // The topic, added if it is new. The pointer is valid until the next call.
    [[nodiscard]] Topic* find_or_add(const TopicName& name);
    // Stores the counter where it cannot be derived from the messages; never lowers it.
    [[nodiscard]] bool raise(std::int64_t id, Sequence counter);
    // Drops the cache, whose counters a rollback has invalidated.
    void forget() {
        young_.clear();
        old_.clear();
    }
    // The topic's row has been deleted.
    void forget(const std::string& name) {
        young_.erase(name);
        old_.erase(name);
    }
    [[nodiscard]] std::size_t cached() const { return young_.size() + old_.size(); }

  private:
    using Generation = std::unordered_map<std::string, Topic>;

    // The topic's entry in the cache, moved to the young generation; nullptr if it is not cached.
    [[nodiscard]] Topic* find_cached(const std::string& name);
    // Begins a new generation if the young one is full.
    void make_room();
    [[nodiscard]] Step load(const TopicName& name, Topic& topic);
    [[nodiscard]] bool add(const TopicName& name, Topic& topic);

    Database& database_;
    Statement find_;
    Statement last_counter_;
    Statement add_;
    Statement raise_;
    const std::size_t generation_max_;
    // Topics in use stay; those brought in by a flood of other names go with the next generation.
    Generation young_;
    Generation old_;
};

}  // namespace notifyd::storage::sqlite
