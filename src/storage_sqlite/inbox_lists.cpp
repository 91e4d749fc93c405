#include "inbox_lists.hpp"

#include "notifyd/core/limits.hpp"

#include <string>

namespace notifyd::storage::sqlite {

namespace {

// After every id.
constexpr Uuid last_id = [] {
    Uuid id;
    id.bytes.fill(0xFF);
    return id;
}();

// A query for the newest notifications: ?1 user, ?2 id, ?3 now, ?4 limit, ?5 type.
std::string newest(std::string_view condition) {
    std::string sql =
        "SELECT id, type, channel, created_at, expires_at, read_at, content FROM notifications "
        "WHERE user = ?1 AND id < ?2 AND (expires_at IS NULL OR expires_at > ?3)";
    return sql.append(condition).append(" ORDER BY id DESC LIMIT ?4");
}

// In the order of the columns above.
Notification row_of(Statement& row, const UserId& user) {
    Notification notification;
    notification.id = row.uuid(0);
    notification.user = user;
    notification.type = row.text(1);
    notification.channel = row.text(2);
    notification.created_at = row.integer(3);
    if (!row.is_null(4)) notification.expires_at = row.integer(4);
    if (!row.is_null(5)) notification.read_at = row.integer(5);
    notification.content = row.text(6);
    return notification;
}

// Reads one row more than a page holds, to learn whether there are more. A page has at least one row.
Step read_rows(
    Statement& rows, const UserId& user, std::size_t rows_max, std::size_t bytes_max, std::vector<Notification>& into) {
    std::size_t bytes = 0;
    Step step = rows.step();
    for (; step == Step::row && into.size() < rows_max; step = rows.step()) {
        bytes += rows.text(6).size();
        if (bytes > bytes_max && !into.empty()) break;
        into.push_back(row_of(rows, user));
    }
    return step;
}

}  // namespace

InboxLists::InboxLists(Database& database)
    : newest_(database, newest("")),
      newest_unread_(database, newest(" AND read_at IS NULL")),
      newest_of_type_(database, newest(" AND type = ?5")),
      newest_unread_of_type_(database, newest(" AND read_at IS NULL AND type = ?5")),
      pending_(database,
               "SELECT id, type, channel, created_at, expires_at, read_at, content FROM notifications "
               "WHERE user = ?1 AND id > ?2 AND pending IS NOT NULL "
               "AND (expires_at IS NULL OR expires_at > ?3) ORDER BY id LIMIT ?4"),
      unfinished_(database, "SELECT id FROM topic_postings ORDER BY id"),
      unread_(database),
      choices_(database) {}

std::optional<NotificationPage> InboxLists::list(const ports::InboxQuery& query) {
    const bool of_type = query.type.has_value();
    Statement& plain = of_type ? newest_of_type_ : newest_;
    Statement& rows = query.unread_only ? (of_type ? newest_unread_of_type_ : newest_unread_) : plain;
    const ResetGuard reset(rows);
    // Bound by reference.
    const Uuid before = query.after.value_or(last_id);
    rows.bind_text(1, query.user.get()).bind_uuid(2, before).bind(3, query.now);
    rows.bind(4, static_cast<std::int64_t>(query.rows_max) + 1);
    if (of_type) rows.bind_text(5, *query.type);
    NotificationPage page;
    const Step step = read_rows(rows, query.user, query.rows_max, limits::page_bytes_max, page.notifications);
    page.more = step == Step::row;
    if (step == Step::failed || !unread_.read(query.user, query.now, page.unread)) return std::nullopt;
    return page;
}

std::optional<PendingPage> InboxLists::pending(const ports::PendingQuery& query) {
    const ResetGuard reset(pending_);
    pending_.bind_text(1, query.user.get()).bind_uuid(2, query.after).bind(3, query.now);
    pending_.bind(4, static_cast<std::int64_t>(query.rows_max) + 1);
    PendingPage page;
    const Step step = read_rows(pending_, query.user, query.rows_max, query.bytes_max, page.notifications);
    page.more = step == Step::row;
    if (step == Step::failed || !unread_.read(query.user, query.now, page.unread)) return std::nullopt;
    if (!choices_.channels(query.user, page.channels)) return std::nullopt;
    return page;
}

std::optional<std::uint64_t> InboxLists::count_unread(const UserId& user, EpochMs now) {
    std::uint64_t unread = 0;
    if (!unread_.read(user, now, unread)) return std::nullopt;
    return unread;
}

std::optional<InboxReads::Channels> InboxLists::channels(const UserId& user) {
    Channels channels;
    if (!choices_.channels(user, channels)) return std::nullopt;
    return channels;
}

std::optional<Preferences> InboxLists::preferences(const UserId& user) {
    Preferences preferences;
    if (!choices_.preferences(user, preferences)) return std::nullopt;
    return preferences;
}

std::optional<std::vector<Uuid>> InboxLists::unfinished_postings() {
    const ResetGuard reset(unfinished_);
    std::vector<Uuid> ids;
    Step step = unfinished_.step();
    for (; step == Step::row; step = unfinished_.step()) ids.push_back(unfinished_.uuid(0));
    if (step == Step::failed) return std::nullopt;
    return ids;
}

}  // namespace notifyd::storage::sqlite
