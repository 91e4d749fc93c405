// Numbers, rows and their end.
#include "message_table.hpp"

#include "row_checksum.hpp"

#include <algorithm>
#include <unordered_map>
#include <vector>

namespace notifyd::storage {

namespace {

// Rows of the future that are passed over in search of an expired one.
constexpr std::size_t rows_passed_max = 10'000;

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
      insert_(database,
              "INSERT INTO messages "
              "(position, topic_id, counter, kind, message_id, published_at, channel, head, checksum) "
              "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"),
      oldest_(database,
              "SELECT position, topic_id, counter, published_at FROM messages WHERE position > 0 "
              "ORDER BY position LIMIT ?1"),
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
    if (!insert_.run()) return false;
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

bool MessageTable::delete_expired(EpochMs cutoff, EpochMs now, std::size_t rows_max, std::size_t& deleted) {
    struct Oldest {
        Position position;
        std::int64_t topic_id;
        Sequence counter;
    };
    deleted = 0;
    std::vector<Oldest> oldest;
    {
        oldest_.bind(1, static_cast<std::int64_t>(std::max(rows_max, rows_passed_max)));
        const ResetGuard reset(oldest_);
        Step step = oldest_.step();
        for (; step == Step::row && deleted < rows_max; step = oldest_.step()) {
            const EpochMs published_at = oldest_.integer(3);
            const bool expired = published_at < cutoff;
            if (!expired && published_at <= now) break;
            if (oldest.size() < rows_max) {
                oldest.push_back({oldest_.integer(0), oldest_.integer(1), static_cast<Sequence>(oldest_.integer(2))});
            }
            if (expired) deleted = oldest.size();
        }
        if (step == Step::failed) return false;
    }
    if (deleted == 0) return true;
    oldest.resize(deleted);
    std::unordered_map<std::int64_t, Sequence> counters;
    for (const Oldest& row : oldest) {
        Sequence& counter = counters[row.topic_id];
        counter = std::max(counter, row.counter);
    }
    for (const auto& [topic_id, counter] : counters) {
        if (!topics_.raise(topic_id, counter)) return false;
    }
    return keep_position_.bind(1, position_).run() && delete_up_to_.bind(1, oldest.back().position).run();
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
    return true;
}

}  // namespace notifyd::storage
