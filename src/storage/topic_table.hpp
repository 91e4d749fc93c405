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
    explicit TopicTable(Database& database);

    // The topic, added if it is new. The pointer is good until the next call.
    [[nodiscard]] Topic* find_or_add(const TopicName& name);
    // Keeps the counter where the messages do not tell it; never lowers it.
    [[nodiscard]] bool raise(std::int64_t id, Sequence counter);
    // Drops the cache, whose counters a rollback has made wrong.
    void forget() { cache_.clear(); }

  private:
    static constexpr std::size_t cached_max = 200'000;

    [[nodiscard]] Step load(const TopicName& name, Topic& topic);
    [[nodiscard]] bool add(const TopicName& name, Topic& topic);

    Database& database_;
    Statement find_;
    Statement last_counter_;
    Statement add_;
    Statement raise_;
    std::unordered_map<std::string, Topic> cache_;
};

}  // namespace notifyd::storage
