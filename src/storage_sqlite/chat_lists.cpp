// Permission rows, joined with the last message of their topics.
#include "chat_lists.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace notifyd::storage::sqlite {

ChatLists::ChatLists(Database& database)
    : rank_(database,
            "SELECT p.topic, p.role, (SELECT position FROM messages WHERE topic_id = t.id "
            "ORDER BY counter DESC, position DESC LIMIT 1) "
            "FROM permissions AS p LEFT JOIN topics AS t ON t.name = p.topic "
            "WHERE p.user = ?1 AND p.topic > ?2 ORDER BY p.topic"),
      describe_(database,
                "SELECT t.last_sequence, m.counter, m.published_at, r.sequence FROM topics AS t "
                "LEFT JOIN messages AS m ON m.position = (SELECT position FROM messages WHERE topic_id = t.id "
                "ORDER BY counter DESC, position DESC LIMIT 1) "
                "LEFT JOIN read_positions AS r ON r.user = ?1 AND r.topic_id = t.id WHERE t.name = ?2") {}

std::optional<ChatSlice> ChatLists::rank(const UserId& user,
                                         std::size_t rows_max,
                                         const std::optional<TopicName>& after) {
    const ResetGuard reset(rank_);
    rank_.bind_text(1, user.get()).bind_text(2, after.has_value() ? after->text() : std::string_view());
    ChatSlice slice;
    std::size_t rows = 0;
    Step step = rank_.step();
    for (; step == Step::row; step = rank_.step()) {
        ++rows;
        auto topic = TopicName::parse(rank_.text(0));
        // A row that is not a valid permission is skipped, because it cannot grant anything.
        if (!topic.has_value()) continue;
        const std::int64_t role = rank_.integer(1);
        const bool is_listed = role > std::int64_t{0} && role <= std::int64_t{3};
        if (is_listed) slice.chats.push_back({{rank_.integer(2), *topic}, static_cast<Role>(role)});
        if (rows >= rows_max) {
            slice.next = std::move(*topic);
            break;
        }
    }
    if (step == Step::failed) return std::nullopt;
    return slice;
}

bool ChatLists::describe(const UserId& user, const std::vector<RankedChat>& ranked, std::vector<Chat>& chats) {
    chats.reserve(ranked.size());
    for (const RankedChat& one : ranked) {
        Chat& chat = chats.emplace_back(Chat{one.place.topic, one.role});
        const ResetGuard reset(describe_.bind_text(1, user.get()).bind_text(2, chat.topic.text()));
        const Step step = describe_.step();
        if (step == Step::failed) return false;
        // Nothing has ever been published to it.
        if (step == Step::done) continue;
        chat.last = static_cast<Sequence>(std::max(describe_.integer(0), describe_.integer(1)));
        if (!describe_.is_null(2)) chat.last_message_at = describe_.integer(2);
        chat.read = std::min(chat.last, static_cast<Sequence>(describe_.integer(3)));
    }
    return true;
}

}  // namespace notifyd::storage::sqlite
