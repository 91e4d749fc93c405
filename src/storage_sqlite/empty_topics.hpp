// Deletes topics that have neither messages nor a number to continue from. Anybody may write to a user who does not
// exist, so names would accumulate forever; a topic that has ever assigned a number stays, because numbering never
// starts over.
// Thread: the storage thread, inside its transactions. Fails: false if the database fails.
#pragma once

#include "database.hpp"
#include "topic_table.hpp"

#include <cstddef>
#include <cstdint>

namespace notifyd::storage::sqlite {

class EmptyTopics {
  public:
    // How many topics one call examines: a few milliseconds of work.
    static constexpr std::size_t looks_max = 2'000;

    // `topics` forgets the deleted ones.
    EmptyTopics(Database& database, TopicTable& topics);

    // Continues where the last call stopped, and starts over after the last topic. Deletes up to `rows_max`.
    [[nodiscard]] bool sweep(std::size_t rows_max, std::size_t& deleted);

  private:
    TopicTable& topics_;
    Statement next_;
    Statement remove_;
    std::int64_t last_id_ = 0;
};

}  // namespace notifyd::storage::sqlite
