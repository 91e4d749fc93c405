// Sweeps over the topics in slices.
#include "empty_topics.hpp"

#include <string>
#include <utility>
#include <vector>

namespace notifyd::storage::sqlite {

EmptyTopics::EmptyTopics(Database& database, TopicTable& topics)
    : topics_(topics),
      next_(database,
            "SELECT id, name, last_sequence = 0 AND NOT EXISTS (SELECT 1 FROM messages WHERE topic_id = topics.id) "
            "FROM topics WHERE id > ?1 ORDER BY id LIMIT ?2"),
      remove_(database, "DELETE FROM topics WHERE id = ?1") {}

bool EmptyTopics::sweep(std::size_t rows_max, std::size_t& deleted) {
    deleted = 0;
    std::vector<std::pair<std::int64_t, std::string>> empty;
    std::size_t looks = 0;
    {
        const ResetGuard reset(next_.bind(1, last_id_).bind(2, static_cast<std::int64_t>(looks_max)));
        Step step = next_.step();
        for (; step == Step::row; step = next_.step()) {
            ++looks;
            last_id_ = next_.integer(0);
            if (next_.integer(2) != 0) empty.emplace_back(last_id_, next_.text(1));
            if (empty.size() == rows_max) break;
        }
        if (step == Step::failed) return false;
        if (step == Step::done && looks < looks_max) last_id_ = 0;
    }
    for (const auto& [id, name] : empty) {
        if (!remove_.bind(1, id).run()) return false;
        topics_.forget(name);
    }
    deleted = empty.size();
    return true;
}

}  // namespace notifyd::storage::sqlite
