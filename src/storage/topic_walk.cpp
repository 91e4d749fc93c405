// Two index ranges, one after the other.
#include "topic_walk.hpp"

#include <cstring>
#include <limits>

namespace notifyd::storage {

namespace {

const char* same_counter_sql(TopicWalk::Direction direction) {
    switch (direction) {
        case TopicWalk::Direction::forward:
            return "SELECT counter, position, numbered, published_at, channel, head, message_id FROM messages "
                   "WHERE topic_id = ?1 AND counter = ?2 AND position > ?3 ORDER BY position";
        case TopicWalk::Direction::backward:
            return "SELECT counter, position, numbered, published_at, channel, head, message_id FROM messages "
                   "WHERE topic_id = ?1 AND counter = ?2 AND position < ?3 ORDER BY position DESC";
    }
    return "";
}

const char* further_counters_sql(TopicWalk::Direction direction) {
    switch (direction) {
        case TopicWalk::Direction::forward:
            return "SELECT counter, position, numbered, published_at, channel, head, message_id FROM messages "
                   "WHERE topic_id = ?1 AND counter > ?2 ORDER BY counter, position";
        case TopicWalk::Direction::backward:
            return "SELECT counter, position, numbered, published_at, channel, head, message_id FROM messages "
                   "WHERE topic_id = ?1 AND counter < ?2 ORDER BY counter DESC, position DESC";
    }
    return "";
}

}  // namespace

TopicWalk::TopicWalk(Database& database, Direction direction)
    : direction_(direction),
      same_counter_(database, same_counter_sql(direction)),
      further_counters_(database, further_counters_sql(direction)) {}

void TopicWalk::start(std::int64_t topic_id, PageCursor at) {
    const auto counter = static_cast<std::int64_t>(at.counter);
    same_counter_.bind(1, topic_id).bind(2, counter).bind(3, at.position);
    further_counters_.bind(1, topic_id).bind(2, counter);
    const bool behind_counter = direction_ == Direction::forward && at.position == std::numeric_limits<Position>::max();
    current_ = behind_counter ? &further_counters_ : &same_counter_;
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
    row_.numbered = current_->integer(2) != 0;
    row_.published_at = current_->integer(3);
    return true;
}

void TopicWalk::finish() {
    same_counter_.reset();
    further_counters_.reset();
}

std::string_view TopicWalk::channel() {
    return current_->is_null(4) ? websocket_channel : current_->text(4);
}

std::string_view TopicWalk::head() {
    return current_->text(5);
}

MessageId TopicWalk::message_id() {
    Uuid id;
    const std::string_view blob = current_->blob(6);
    if (blob.size() == id.bytes.size()) std::memcpy(id.bytes.data(), blob.data(), blob.size());
    return MessageId(id);
}

}  // namespace notifyd::storage
