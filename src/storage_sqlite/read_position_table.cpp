// Rows (user, topic, sequence).
#include "read_position_table.hpp"

#include <algorithm>
#include <cstdint>
#include <string>

namespace notifyd::storage::sqlite {

ReadPositionTable::ReadPositionTable(Database& database, TopicTable& topics, std::size_t per_user_max)
    : topics_(topics),
      per_user_max_(per_user_max),
      find_(database, "SELECT sequence FROM read_positions WHERE user = ?1 AND topic_id = ?2"),
      last_allowed_(database, "SELECT 1 FROM read_positions WHERE user = ?1 LIMIT 1 OFFSET ?2"),
      write_(database, "INSERT OR REPLACE INTO read_positions (user, topic_id, sequence) VALUES (?1, ?2, ?3)") {}

bool ReadPositionTable::advance(const ports::ReadPosition& position,
                                std::optional<Sequence>& moved_to,
                                std::optional<Error>& refused) {
    Topic topic;
    const Step known = topics_.find(position.topic, topic);
    if (known == Step::failed) return false;
    const Sequence to = std::min(position.sequence, topic.counter);
    if (to == 0) return true;

    const ResetGuard reset(find_.bind_text(1, position.user.get()).bind(2, topic.id));
    const Step found = find_.step();
    if (found == Step::failed) return false;
    if (found == Step::row && static_cast<Sequence>(find_.integer(0)) >= to) return true;
    if (found == Step::done && !check_room(position.user, refused)) return false;
    if (refused.has_value()) return true;
    write_.bind_text(1, position.user.get()).bind(2, topic.id).bind(3, static_cast<std::int64_t>(to));
    if (!write_.run()) return false;
    moved_to = to;
    return true;
}

bool ReadPositionTable::check_room(const UserId& user, std::optional<Error>& refused) {
    last_allowed_.bind_text(1, user.get()).bind(2, static_cast<std::int64_t>(per_user_max_) - 1);
    const ResetGuard reset(last_allowed_);
    const Step step = last_allowed_.step();
    if (step == Step::row) {
        refused = Error{
            Errc::conflict,
            "This user has read positions in the maximum number of topics (" + std::to_string(per_user_max_) + ")"};
    }
    return step != Step::failed;
}

}  // namespace notifyd::storage::sqlite
