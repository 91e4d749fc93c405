// Two index ranges, one after the other.
#include "topic_walk.hpp"

#include "notifyd/observability/events/storage.hpp"

#include <limits>

namespace notifyd::storage::sqlite {

namespace {

using Columns = TopicWalk::Columns;
using Direction = TopicWalk::Direction;

std::string select(Columns columns) {
    const std::string_view bodies = columns == Columns::bodies ? ", channel, head, checksum" : "";
    return "SELECT counter, position, kind, published_at, message_id" + std::string(bodies) +
           " FROM messages WHERE topic_id = ?1 AND ";
}

std::string same_counter_sql(Direction direction, Columns columns) {
    return select(columns) + (direction == Direction::forward
                                  ? "counter = ?2 AND position > ?3 ORDER BY position"
                                  : "counter = ?2 AND position < ?3 ORDER BY position DESC");
}

std::string further_counters_sql(Direction direction, Columns columns) {
    return select(columns) + (direction == Direction::forward ? "counter > ?2 ORDER BY counter, position"
                                                              : "counter < ?2 ORDER BY counter DESC, position DESC");
}

}  // namespace

TopicWalk::TopicWalk(Database& database, Direction direction, Columns columns)
    : direction_(direction),
      same_counter_(database, same_counter_sql(direction, columns)),
      further_counters_(database, further_counters_sql(direction, columns)),
      unchecked_up_to_(database, "SELECT value FROM meta WHERE key = 'unchecked_up_to'") {}

void TopicWalk::start(std::int64_t topic_id, PageCursor at) {
    finish();
    const auto counter = static_cast<std::int64_t>(at.counter);
    same_counter_.bind(1, topic_id).bind(2, counter).bind(3, at.position);
    further_counters_.bind(1, topic_id).bind(2, counter);
    const bool behind_counter = direction_ == Direction::forward && at.position == std::numeric_limits<Position>::max();
    current_ = behind_counter ? &further_counters_ : &same_counter_;
    topic_id_ = topic_id;
    failed_ = false;
}

bool TopicWalk::step() {
    switch (current_->step()) {
        case Step::row:
            return true;
        case Step::done:
            return false;
        case Step::failed:
            failed_ = true;
            return false;
    }
    return false;
}

bool TopicWalk::next() {
    bool found = step();
    if (!found && !failed_ && current_ == &same_counter_) {
        current_ = &further_counters_;
        found = step();
    }
    if (!found) return false;
    row_.at = {static_cast<Sequence>(current_->integer(0)), current_->integer(1)};
    row_.kind = static_cast<RowKind>(current_->integer(2));
    row_.published_at = current_->integer(3);
    row_.id = MessageId(current_->uuid(4));
    return true;
}

void TopicWalk::finish() {
    same_counter_.reset();
    further_counters_.reset();
}

std::string_view TopicWalk::channel() {
    return current_->is_null(5) ? websocket_channel : current_->text(5);
}

std::string_view TopicWalk::head() {
    return current_->text(6);
}

bool TopicWalk::is_older_than_checksums() {
    const ResetGuard reset(unchecked_up_to_);
    return unchecked_up_to_.step() == Step::row && row_.at.position <= unchecked_up_to_.integer(0);
}

bool TopicWalk::intact() {
    if (current_->is_null(7)) return is_older_than_checksums();
    RowFields fields{.position = row_.at.position,
                     .topic_id = topic_id_,
                     .counter = row_.at.counter,
                     .kind = row_.kind,
                     .published_at = row_.published_at,
                     .message_id = current_->blob(4),
                     .channel = std::nullopt};
    if (!current_->is_null(5)) fields.channel = current_->text(5);
    return row_checksum(fields, head()) == current_->integer(7);
}

void tell_damaged(observability::Events& events, const TopicName& topic, const WalkedRow& row) {
    events.emit(observability::StorageError{topic.text() + ": the message at position " +
                                            std::to_string(row.at.position) +
                                            " is damaged: its checksum does not match"});
}

}  // namespace notifyd::storage::sqlite
