// Retention: deletes what has become useless with time, in every table that grows with messages.
// Borrows the tables. Thread: the storage thread, inside its transactions.
#pragma once

#include "notifyd/core/clock.hpp"
#include "notifyd/storage/write_tables.hpp"

#include "deduplication_table.hpp"
#include "empty_topics.hpp"
#include "message_table.hpp"
#include "trusted_time.hpp"

#include <cstddef>

namespace notifyd::storage::sqlite {

class MessageExpiry final : public MessageWrites {
  public:
    // `clock` decides what is in the future.
    MessageExpiry(const Clock& clock,
                  TrustedTime& trusted_time,
                  MessageTable& messages,
                  EmptyTopics& empty_topics,
                  DeduplicationTable& deduplication)
        : clock_(clock),
          trusted_time_(trusted_time),
          messages_(messages),
          empty_topics_(empty_topics),
          deduplication_(deduplication) {}

    [[nodiscard]] bool delete_expired(EpochMs cutoff, std::size_t rows_max, std::size_t& deleted) override {
        const EpochMs now = clock_.now_ms();
        std::size_t topics_deleted = 0;
        return trusted_time_.note(now) && messages_.delete_expired(cutoff, now, rows_max, deleted) &&
               empty_topics_.sweep(rows_max, topics_deleted) && deduplication_.expire(rows_max);
    }

  private:
    const Clock& clock_;
    TrustedTime& trusted_time_;
    MessageTable& messages_;
    EmptyTopics& empty_topics_;
    DeduplicationTable& deduplication_;
};

}  // namespace notifyd::storage::sqlite
