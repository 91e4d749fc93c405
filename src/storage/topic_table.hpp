// Table `topics`: names, ids and the counters that number messages.
// Owns:   a bounded cache of topics.
// Thread: the storage thread, inside its transactions.
// Fails:  nullptr or false when the database does; forget() must then follow the rollback.
#pragma once

#include "notifyd/core/ids.hpp"
#include "notifyd/core/topic_name.hpp"

#include "database.hpp"

#include <cstdint>
#include <string>
#include <unordered_map>

namespace notifyd::storage {

struct Topic {
    std::int64_t id = 0;
    Sequence counter = 0;  // the number of its last numbered message
};

class TopicTable {
  public:
    // Of `generation_max` topics each, two generations are kept in memory.
    explicit TopicTable(Database& database, std::size_t generation_max = 32'768);

    // The topic, added if it is new. The pointer is good until the next call.
    [[nodiscard]] Topic* find_or_add(const TopicName& name);
    // Stores the counter where it cannot be read off the messages; never lowers it.
    [[nodiscard]] bool raise(std::int64_t id, Sequence counter);
    // Drops the cache, whose counters a rollback has made wrong.
    void forget() {
        young_.clear();
        old_.clear();
    }
    // The topic's row is gone.
    void forget(const std::string& name) {
        young_.erase(name);
        old_.erase(name);
    }
    [[nodiscard]] std::size_t cached() const { return young_.size() + old_.size(); }

  private:
    using Generation = std::unordered_map<std::string, Topic>;

    // Its place in the cache, where it becomes young again; nullptr: it is not there.
    [[nodiscard]] Topic* find_cached(const std::string& name);
    // Begins a new generation when the young one is full.
    void make_room();
    [[nodiscard]] Step load(const TopicName& name, Topic& topic);
    [[nodiscard]] bool add(const TopicName& name, Topic& topic);

    Database& database_;
    Statement find_;
    Statement last_counter_;
    Statement add_;
    Statement raise_;
    const std::size_t generation_max_;
    // Topics in use stay; those that a flood of other names brought in go with the next generation.
    Generation young_;
    Generation old_;
};

}  // namespace notifyd::storage
