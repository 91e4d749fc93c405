// Topics by name, with their counters.
#include "topic_table.hpp"

#include <algorithm>
#include <utility>

namespace notifyd::storage::sqlite {

TopicTable::TopicTable(Database& database, std::size_t generation_max)
    : database_(database),
      find_(database, "SELECT id, last_sequence FROM topics WHERE name = ?1"),
      last_counter_(database, "SELECT counter FROM messages WHERE topic_id = ?1 ORDER BY counter DESC LIMIT 1"),
      add_(database, "INSERT INTO topics (name) VALUES (?1)"),
      raise_(database, "UPDATE topics SET last_sequence = max(last_sequence, ?2) WHERE id = ?1"),
      generation_max_(generation_max) {}

Step TopicTable::load(const TopicName& name, Topic& topic) {
    find_.bind_text(1, name.text());
    const ResetGuard reset_find(find_);
    const Step found = find_.step();
    if (found != Step::row) return found;
    topic.id = find_.integer(0);
    topic.counter = static_cast<Sequence>(find_.integer(1));

    last_counter_.bind(1, topic.id);
    const ResetGuard reset_counter(last_counter_);
    const Step counted = last_counter_.step();
    if (counted == Step::failed) return Step::failed;
    if (counted == Step::row) topic.counter = std::max(topic.counter, static_cast<Sequence>(last_counter_.integer(0)));
    return Step::row;
}

bool TopicTable::add(const TopicName& name, Topic& topic) {
    if (!add_.bind_text(1, name.text()).run()) return false;
    topic = {sqlite3_last_insert_rowid(database_.handle()), 0};
    return true;
}

Step TopicTable::find(const TopicName& name, Topic& topic) {
    const Topic* const cached = find_cached(name.text());
    if (cached == nullptr) return load(name, topic);
    topic = *cached;
    return Step::row;
}

Topic* TopicTable::find_or_add(const TopicName& name) {
    if (Topic* const cached = find_cached(name.text())) return cached;
    Topic topic;
    const Step loaded = load(name, topic);
    if (loaded == Step::failed) return nullptr;
    if (loaded == Step::done && !add(name, topic)) return nullptr;
    make_room();
    return &young_.emplace(name.text(), topic).first->second;
}

Topic* TopicTable::find_cached(const std::string& name) {
    if (const auto young = young_.find(name); young != young_.end()) return &young->second;
    auto old = old_.extract(name);
    if (old.empty()) return nullptr;
    make_room();
    return &young_.insert(std::move(old)).position->second;
}

void TopicTable::make_room() {
    if (young_.size() < generation_max_) return;
    old_ = std::move(young_);
    young_.clear();
}

bool TopicTable::raise(std::int64_t id, Sequence counter) {
    return raise_.bind(1, id).bind(2, static_cast<std::int64_t>(counter)).run();
}

}  // namespace notifyd::storage::sqlite
