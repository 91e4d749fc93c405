// Writes table `messages`: every message gets the next position, and a number if it asks for one.
// Thread: the storage thread, inside its transactions.
// Fails:  false if the database fails; reload() must then be part of the next transaction.
#pragma once

#include "notifyd/core/message.hpp"
#include "notifyd/storage/engine_settings.hpp"

#include "database.hpp"
#include "time_runs.hpp"
#include "topic_table.hpp"

#include <cstddef>
#include <optional>

namespace notifyd::storage::sqlite {

class MessageTable {
  public:
    MessageTable(Database& database, History history);

    // Whether append() has anything to write for this message.
    [[nodiscard]] bool writes(const Message& message) const;
    // `sequence` is 0 for a message that is not numbered; `at.position` is 0 if no row is kept.
    [[nodiscard]] bool append(const Message& message, Sequence& sequence, PageCursor& at);
    // Deletes up to `rows_max` of the oldest messages, up to the first that was published at `cutoff` or later.
    // Messages dated in the future (the clock was wrong) are deleted once the first plausibly dated message after them
    // has expired.
    [[nodiscard]] bool delete_expired(EpochMs cutoff, EpochMs now, std::size_t rows_max, std::size_t& deleted);
    // Reads the last position from the database: at the start, and after a rollback.
    [[nodiscard]] bool reload();
    [[nodiscard]] Position last_position() const { return position_; }

    [[nodiscard]] TopicTable& topics() { return topics_; }

  private:
    [[nodiscard]] bool insert(const Message& message, const Topic& topic);
    [[nodiscard]] bool find_overdue(Position behind, EpochMs cutoff, EpochMs now, Position& overdue_up_to);

    const History history_;
    TopicTable topics_;
    TimeRunTable runs_;
    Statement insert_;
    Statement oldest_;
    Statement run_begun_by_;
    Statement delete_up_to_;
    Statement last_position_;
    Statement kept_position_;
    Statement keep_position_;
    Position position_ = 0;
};

// When the newest message was published; nullopt: there is none, or the database failed.
[[nodiscard]] std::optional<EpochMs> newest_message_published_at(Database& database);

}  // namespace notifyd::storage::sqlite
