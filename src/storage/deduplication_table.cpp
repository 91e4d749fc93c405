// Keys, their first messages and their end.
#include "deduplication_table.hpp"

#include <chrono>
#include <utility>

namespace notifyd::storage {

DeduplicationTable::DeduplicationTable(Database& database, Milliseconds window, const Clock& clock)
    : window_(window),
      clock_(clock),
      start_(clock.now_ms()),
      steady_start_(clock.steady_now()),
      find_(database, "SELECT first_at, message_id, sequence, published_at FROM deduplication WHERE key = ?1"),
      insert_(database,
              "INSERT OR REPLACE INTO deduplication (key, first_at, message_id, sequence, published_at) "
              "VALUES (?1, ?2, ?3, ?4, ?5)"),
      expire_(database,
              "DELETE FROM deduplication WHERE key IN "
              "(SELECT key FROM deduplication WHERE first_at <= ?1 ORDER BY first_at LIMIT ?2)"),
      shift_(database, "UPDATE deduplication SET first_at = first_at + ?1"),
      end_future_(database, "UPDATE deduplication SET first_at = ?1 WHERE first_at > ?1") {}

EpochMs DeduplicationTable::now() const {
    return start_ + std::chrono::duration_cast<Milliseconds>(clock_.steady_now() - steady_start_).count();
}

bool DeduplicationTable::open() {
    return end_future_.bind(1, now()).run();
}

bool DeduplicationTable::find(const DeduplicationKey& key, ports::Appended& appended) {
    find_.bind_blob(1, key.data(), key.size());
    const ResetGuard reset(find_);
    const Step step = find_.step();
    if (step == Step::failed) return false;
    if (step == Step::done || find_.integer(0) <= now() - window_.count()) return true;
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
        .bind(2, now())
        .bind_uuid(3, message.id.get())
        .bind(4, static_cast<std::int64_t>(sequence))
        .bind(5, message.published_at)
        .run();
}

bool DeduplicationTable::follow_clock() {
    const EpochMs skew = clock_.now_ms() - now();
    if (window_ == Milliseconds::zero() || (-skew_max <= skew && skew <= skew_max)) return true;
    if (!shift_.bind(1, skew).run()) return false;
    start_ += skew;
    shifted_ += skew;
    return true;
}

void DeduplicationTable::forget() {
    inserted_ = 0;
    start_ -= std::exchange(shifted_, 0);
}

bool DeduplicationTable::expire_inserted() {
    const std::size_t inserted = std::exchange(inserted_, 0);
    return inserted == 0 || expire(2 * inserted);
}

bool DeduplicationTable::expire(std::size_t rows_max) {
    return expire_.bind(1, now() - window_.count()).bind(2, static_cast<std::int64_t>(rows_max)).run();
}

}  // namespace notifyd::storage
