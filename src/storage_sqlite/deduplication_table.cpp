// Keys, their first messages and their expiry.
#include "deduplication_table.hpp"

#include <utility>

namespace notifyd::storage::sqlite {

DeduplicationTable::DeduplicationTable(Database& database, Milliseconds window, const ContinuousClock& clock)
    : window_(window),
      clock_(clock),
      find_(database, "SELECT first_at, message_id, sequence, published_at FROM deduplication WHERE key = ?1"),
      insert_(database,
              "INSERT OR REPLACE INTO deduplication (key, first_at, message_id, sequence, published_at) "
              "VALUES (?1, ?2, ?3, ?4, ?5)"),
      expire_(database,
              "DELETE FROM deduplication WHERE key IN "
              "(SELECT key FROM deduplication WHERE first_at <= ?1 ORDER BY first_at LIMIT ?2)") {}

bool DeduplicationTable::find(const DeduplicationKey& key, ports::Appended& appended) {
    find_.bind_blob(1, key.data(), key.size());
    const ResetGuard reset(find_);
    const Step step = find_.step();
    if (step == Step::failed) return false;
    if (step == Step::done || find_.integer(0) <= clock_.now_ms() - window_.count()) return true;
    ports::Appended::First first;
    first.published_at = find_.integer(3);
    first.id = MessageId(find_.uuid(1));
    appended.sequence = static_cast<Sequence>(find_.integer(2));
    appended.duplicate_of = first;
    return true;
}

bool DeduplicationTable::insert(const Message& message, Sequence sequence) {
    ++inserted_;
    return insert_.bind_blob(1, message.deduplication->data(), message.deduplication->size())
        .bind(2, clock_.now_ms())
        .bind_uuid(3, message.id.get())
        .bind(4, static_cast<std::int64_t>(sequence))
        .bind(5, message.published_at)
        .run();
}

bool DeduplicationTable::expire_inserted() {
    const std::size_t inserted = std::exchange(inserted_, 0);
    return inserted == 0 || expire(2 * inserted);
}

bool DeduplicationTable::expire(std::size_t rows_max) {
    return expire_.bind(1, clock_.now_ms() - window_.count()).bind(2, static_cast<std::int64_t>(rows_max)).run();
}

std::optional<EpochMs> newest_key_seen_at(Database& database) {
    return database.query_integer("SELECT coalesce(max(first_at), 0) FROM deduplication");
}

}  // namespace notifyd::storage::sqlite
