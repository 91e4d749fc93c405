#include "posting_table.hpp"

#include "text_list.hpp"

#include <cstdint>
#include <utility>

namespace notifyd::storage::sqlite {

PostingTable::PostingTable(Database& database)
    : begin_(database,
             "INSERT INTO topic_postings (id, topic, after_user, type, channel, collapse_key, created_at, expires_at, "
             "mandatory, content) VALUES (?1, ?2, '', ?3, ?4, ?5, ?6, ?7, ?8, ?9)"),
      read_(database,
            "SELECT topic, after_user, type, channel, collapse_key, created_at, expires_at, mandatory, content "
            "FROM topic_postings WHERE id = ?1"),
      members_(database,
               "SELECT user FROM permissions WHERE topic = ?1 AND user > ?2 AND role <> 0 "
               "ORDER BY user LIMIT ?3"),
      advance_(database, "UPDATE topic_postings SET after_user = ?2 WHERE id = ?1"),
      finish_(database, "DELETE FROM topic_postings WHERE id = ?1"),
      find_(database, "SELECT ids, suppressed FROM notification_requests WHERE key = ?1 AND first_at > ?2"),
      keep_(database,
            "INSERT OR REPLACE INTO notification_requests (key, first_at, ids, suppressed) VALUES (?1, ?2, ?3, ?4)"),
      forget_(database,
              "DELETE FROM notification_requests WHERE key IN "
              "(SELECT key FROM notification_requests WHERE first_at <= ?1 ORDER BY first_at LIMIT 4)") {}

bool PostingTable::begin(const ports::Posting& posting, const TopicName& topic) {
    const Notification& notification = posting.notification;
    begin_.bind_uuid(1, notification.id).bind_text(2, topic.text()).bind_text(3, notification.type);
    begin_.bind_text(4, notification.channel).bind_text(5, notification.collapse_key).bind(6, notification.created_at);
    if (notification.expires_at.has_value()) {
        begin_.bind(7, *notification.expires_at);
    } else {
        begin_.bind_null(7);
    }
    return begin_.bind(8, posting.mandatory ? 1 : 0).bind_text(9, notification.content).run();
}

bool PostingTable::read(const Uuid& id, std::optional<Begun>& begun) {
    const ResetGuard reset(read_);
    const Step step = read_.bind_uuid(1, id).step();
    if (step != Step::row) return step == Step::done;
    Begun& row = begun.emplace();
    row.topic = read_.text(0);
    row.after_user = read_.text(1);
    Notification& notification = row.pattern.notification;
    notification.id = id;
    notification.type = read_.text(2);
    notification.channel = read_.text(3);
    notification.collapse_key = read_.text(4);
    notification.created_at = read_.integer(5);
    if (!read_.is_null(6)) notification.expires_at = read_.integer(6);
    row.pattern.mandatory = read_.integer(7) != 0;
    notification.content = read_.text(8);
    return true;
}

bool PostingTable::take_members(
    const Uuid& id, std::size_t rows_max, EpochMs now, std::vector<ports::Posting>& postings, bool& more) {
    more = false;
    std::optional<Begun> begun;
    if (!read(id, begun)) return false;
    if (!begun.has_value()) return true;
    const std::optional<EpochMs>& expires_at = begun->pattern.notification.expires_at;
    if (expires_at.has_value() && *expires_at <= now) return finish_.bind_uuid(1, id).run();
    {
        const ResetGuard reset(members_);
        members_.bind_text(1, begun->topic).bind_text(2, begun->after_user);
        members_.bind(3, static_cast<std::int64_t>(rows_max));
        Step step = members_.step();
        for (; step == Step::row; step = members_.step()) {
            postings.push_back(begun->pattern);
            postings.back().notification.user = UserId(std::string(members_.text(0)));
        }
        if (step == Step::failed) return false;
    }
    more = postings.size() == rows_max;
    if (!more) return finish_.bind_uuid(1, id).run();
    return advance_.bind_uuid(1, id).bind_text(2, postings.back().notification.user.get()).run();
}

bool PostingTable::find(const ports::RequestKey& key, EpochMs forgotten_at, std::optional<ports::PostResult>& result) {
    const ResetGuard reset(find_);
    const Step step = find_.bind_blob(1, key.data(), key.size()).bind(2, forgotten_at).step();
    if (step != Step::row) return step == Step::done;
    ports::PostResult& earlier = result.emplace();
    for (const std::string_view text : split_texts(find_.text(0))) {
        if (const std::optional<Uuid> id = Uuid::parse(text)) earlier.ids.push_back(*id);
    }
    for (const std::string_view user : split_texts(find_.text(1))) earlier.suppressed.emplace_back(std::string(user));
    return true;
}

bool PostingTable::keep(const ports::PostRequest& request, const ports::PostResult& result) {
    const std::string ids = join_texts(result.ids, [](const Uuid& id) { return id.to_string(); });
    const std::string suppressed = join_texts(result.suppressed, [](const UserId& user) { return user.get(); });
    keep_.bind_blob(1, request.key->data(), request.key->size()).bind(2, request.seen_at);
    if (!keep_.bind_text(3, ids).bind_text(4, suppressed).run()) return false;
    return forget_.bind(1, request.forgotten_at).run();
}

}  // namespace notifyd::storage::sqlite
