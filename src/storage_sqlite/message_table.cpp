// Numbering, insertion and expiry of messages.
#include "message_table.hpp"

#include "row_checksum.hpp"

#include <algorithm>
#include <unordered_map>
#include <vector>

namespace notifyd::storage::sqlite {

namespace {

bool is_numbered(const Message& message) {
    return message.type == MessageType::fifo && message.numbering == Numbering::consecutive;
}

RowKind kind_of(const Message& message) {
    if (message.type == MessageType::standard) return RowKind::standard;
    return is_numbered(message) ? RowKind::numbered : RowKind::unnumbered;
}

}  // namespace

MessageTable::MessageTable(Database& database, History history)
    : history_(history),
      topics_(database),
      runs_(database),
      insert_(database,
              "INSERT INTO messages "
              "(position, topic_id, counter, kind, message_id, published_at, channel, head, checksum) "
              "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"),
      oldest_(database,
              "SELECT position, topic_id, counter, published_at FROM messages WHERE position > 0 "
              "ORDER BY position LIMIT ?1"),
      run_begun_by_(
          database,
          "SELECT first.position, first.published_at FROM time_runs JOIN messages AS first ON first.position = "
          "(SELECT min(position) FROM messages WHERE position >= time_runs.first_position) "
          "WHERE time_runs.first_position > ?1 AND first.published_at <= ?2 "
          "ORDER BY time_runs.first_position LIMIT 1"),
      delete_up_to_(database, "DELETE FROM messages WHERE position <= ?1"),
      last_position_(database, "SELECT max(position) FROM messages"),
      kept_position_(database, "SELECT value FROM meta WHERE key = 'last_position'"),
      keep_position_(database,
                     "INSERT INTO meta (key, value) VALUES ('last_position', ?1) "
                     "ON CONFLICT (key) DO UPDATE SET value = excluded.value") {}

bool MessageTable::writes(const Message& message) const {
    return history_ == History::keep || is_numbered(message);
}

bool MessageTable::insert(const Message& message, const Topic& topic) {
    const auto& id = message.id.get().bytes;
    const bool other_channel = message.target_channel != websocket_channel;
    RowFields fields{.position = position_ + 1,
                     .topic_id = topic.id,
                     .counter = topic.counter,
                     .kind = kind_of(message),
                     .published_at = message.published_at,
                     .message_id = {reinterpret_cast<const char*>(id.data()), id.size()},
                     .channel = std::nullopt};
    if (other_channel) fields.channel = message.target_channel;
    insert_.bind(1, fields.position)
        .bind(2, fields.topic_id)
        .bind(3, static_cast<std::int64_t>(fields.counter))
        .bind(4, static_cast<std::int64_t>(fields.kind))
        .bind_uuid(5, message.id.get())
        .bind(6, fields.published_at)
        .bind_text(8, message.head)
        .bind(9, row_checksum(fields, message.head));
    if (other_channel) {
        insert_.bind_text(7, message.target_channel);
    } else {
        insert_.bind_null(7);
    }
    if (!insert_.run() || !runs_.add(fields.position, message.published_at)) return false;
    ++position_;
    return true;
}

bool MessageTable::append(const Message& message, Sequence& sequence, PageCursor& at) {
    sequence = 0;
    at = {};
    if (!writes(message)) return true;
    Topic* topic = topics_.find_or_add(message.topic);
    if (topic == nullptr) return false;
    if (is_numbered(message)) sequence = ++topic->counter;
    at.counter = topic->counter;
    if (history_ == History::off) return topics_.raise(topic->id, sequence);
    if (!insert(message, *topic)) return false;
    at.position = position_;
    return true;
}

// A message dated in the future was stamped by a clock that was set back later, so its own date does not give its age.
// The first plausibly dated message after it does: if that one has expired, so has everything before it.
bool MessageTable::find_overdue(Position behind, EpochMs cutoff, EpochMs now, Position& overdue_up_to) {
    const ResetGuard reset(run_begun_by_.bind(1, behind).bind(2, now));
    const Step step = run_begun_by_.step();
    if (step == Step::row && run_begun_by_.integer(1) < cutoff) overdue_up_to = run_begun_by_.integer(0);
    return step != Step::failed;
}

bool MessageTable::delete_expired(EpochMs cutoff, EpochMs now, std::size_t rows_max, std::size_t& deleted) {
    struct Oldest {
        Position position;
        std::int64_t topic_id;
        Sequence counter;
    };
    deleted = 0;
    std::vector<Oldest> oldest;
    {
        oldest_.bind(1, static_cast<std::int64_t>(rows_max));
        const ResetGuard reset(oldest_);
        Position overdue_up_to = 0;
        Step step = oldest_.step();
        for (; step == Step::row; step = oldest_.step()) {
            const Position position = oldest_.integer(0);
            const EpochMs published_at = oldest_.integer(3);
            if (published_at > now && position > overdue_up_to && !find_overdue(position, cutoff, now, overdue_up_to)) {
                return false;
            }
            if (published_at >= cutoff && position > overdue_up_to) break;
            oldest.push_back({position, oldest_.integer(1), static_cast<Sequence>(oldest_.integer(2))});
        }
        if (step == Step::failed) return false;
    }
    deleted = oldest.size();
    if (deleted == 0) return true;
    std::unordered_map<std::int64_t, Sequence> counters;
    for (const Oldest& row : oldest) {
        Sequence& counter = counters[row.topic_id];
        counter = std::max(counter, row.counter);
    }
    for (const auto& [topic_id, counter] : counters) {
        if (!topics_.raise(topic_id, counter)) return false;
    }
    const Position last = oldest.back().position;
    return keep_position_.bind(1, position_).run() && delete_up_to_.bind(1, last).run() &&
           runs_.drop_in_front_of(last + 1);
}

bool MessageTable::reload() {
    topics_.forget();
    const ResetGuard reset_last(last_position_);
    const ResetGuard reset_kept(kept_position_);
    if (last_position_.step() != Step::row) return false;
    const Step kept = kept_position_.step();
    if (kept == Step::failed) return false;
    position_ = last_position_.integer(0);
    if (kept == Step::row) position_ = std::max(position_, kept_position_.integer(0));
    return runs_.reload();
}

std::optional<EpochMs> newest_message_published_at(Database& database) {
    return database.query_integer(
        "SELECT published_at FROM messages WHERE position = (SELECT max(position) FROM messages)");
}

}  // namespace notifyd::storage::sqlite
