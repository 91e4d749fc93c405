#include "inbox_table.hpp"

#include "text_list.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace notifyd::storage::sqlite {

InboxTable::InboxTable(Database& database)
    : database_(database),
      unread_(database),
      inbox_(database, "SELECT in_app, muted_types, channels FROM inboxes WHERE user = ?1"),
      insert_(database,
              "INSERT OR IGNORE INTO notifications "
              "(user, id, type, channel, collapse_key, created_at, expires_at, pending, content) "
              "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 1, ?8)"),
      find_key_(database, "SELECT id FROM notifications WHERE user = ?1 AND collapse_key = ?2"),
      find_(database, "SELECT 1 FROM notifications WHERE user = ?1 AND id = ?2"),
      remove_(database, "DELETE FROM notifications WHERE user = ?1 AND id = ?2"),
      read_(database,
            "UPDATE notifications SET read_at = ?3, pending = NULL WHERE user = ?1 AND id = ?2 AND read_at IS NULL"),
      read_all_(database,
                "UPDATE notifications SET read_at = ?3, pending = NULL WHERE (user, id) IN "
                "(SELECT user, id FROM notifications WHERE user = ?1 AND read_at IS NULL AND id <= ?2 "
                "ORDER BY id LIMIT ?4)"),
      acknowledge_(database, "UPDATE notifications SET pending = NULL WHERE user = ?1 AND id = ?2"),
      delete_old_(database,
                  "DELETE FROM notifications WHERE (user, id) IN "
                  "(SELECT user, id FROM notifications WHERE created_at < ?1 ORDER BY created_at LIMIT ?2)"),
      delete_ended_(database,
                    "DELETE FROM notifications WHERE (user, id) IN "
                    "(SELECT user, id FROM notifications WHERE expires_at <= ?1 ORDER BY expires_at LIMIT ?2)") {}

bool InboxTable::judge(const Notification& notification, bool& wanted, ports::Posted& posted) {
    wanted = true;
    const ResetGuard reset(inbox_);
    const Step step = inbox_.bind_text(1, notification.user.get()).step();
    if (step != Step::row) return step == Step::done;
    const std::vector<std::string_view> muted = split_texts(inbox_.text(1));
    wanted = inbox_.integer(0) != 0 && std::ranges::find(muted, notification.type) == muted.end();
    if (!inbox_.is_null(2)) posted.channels = split_to_strings(inbox_.text(2));
    return true;
}

bool InboxTable::replace(const Notification& notification, std::optional<Uuid>& replaced) {
    {
        const ResetGuard reset(find_key_);
        find_key_.bind_text(1, notification.user.get()).bind_text(2, notification.collapse_key);
        const Step step = find_key_.step();
        if (step != Step::row) return step == Step::done;
        replaced = find_key_.uuid(0);
    }
    return remove_.bind_text(1, notification.user.get()).bind_uuid(2, *replaced).run();
}

bool InboxTable::post(const ports::Posting& posting, EpochMs now, ports::Posted& posted) {
    const Notification& notification = posting.notification;
    bool wanted = false;
    if (!judge(notification, wanted, posted)) return false;
    if (!wanted && !posting.mandatory) {
        posted.verdict = ports::Posted::Verdict::suppressed;
        return true;
    }
    bool found = false;
    if (!exists(notification.user, notification.id, found)) return false;
    if (found) {
        posted.verdict = ports::Posted::Verdict::already_there;
        return true;
    }
    if (!notification.collapse_key.empty() && !replace(notification, posted.replaced)) return false;
    insert_.bind_text(1, notification.user.get()).bind_uuid(2, notification.id);
    insert_.bind_text(3, notification.type).bind_text(4, notification.channel);
    if (notification.collapse_key.empty()) {
        insert_.bind_null(5);
    } else {
        insert_.bind_text(5, notification.collapse_key);
    }
    insert_.bind(6, notification.created_at);
    if (notification.expires_at.has_value()) {
        insert_.bind(7, *notification.expires_at);
    } else {
        insert_.bind_null(7);
    }
    return insert_.bind_text(8, notification.content).run() && unread_.read(notification.user, now, posted.unread);
}

bool InboxTable::exists(const UserId& user, const Uuid& id, bool& found) {
    const ResetGuard reset(find_);
    const Step step = find_.bind_text(1, user.get()).bind_uuid(2, id).step();
    found = step == Step::row;
    return step != Step::failed;
}

bool InboxTable::read(const UserId& user,
                      const Uuid& id,
                      const ports::ReadTime& time,
                      std::optional<ports::InboxChange>& change) {
    bool found = false;
    if (!exists(user, id, found)) return false;
    if (!found) return true;
    change.emplace();
    if (!read_.bind_text(1, user.get()).bind_uuid(2, id).bind(3, time.at).run()) return false;
    change->changed = database_.rows_changed() == 1;
    return unread_.read(user, time.now, change->unread);
}

bool InboxTable::read_all(const UserId& user,
                          const Uuid& up_to,
                          std::size_t rows_max,
                          const ports::ReadTime& time,
                          ports::InboxChange& change) {
    read_all_.bind_text(1, user.get()).bind_uuid(2, up_to).bind(3, time.at);
    if (!read_all_.bind(4, static_cast<std::int64_t>(rows_max)).run()) return false;
    const auto changed = static_cast<std::size_t>(database_.rows_changed());
    change.changed = changed != 0;
    change.more = changed == rows_max;
    return unread_.read(user, time.now, change.unread);
}

bool InboxTable::remove(const UserId& user, const Uuid& id, EpochMs now, std::optional<ports::InboxChange>& change) {
    if (!remove_.bind_text(1, user.get()).bind_uuid(2, id).run()) return false;
    if (database_.rows_changed() == 0) return true;
    change.emplace().changed = true;
    return unread_.read(user, now, change->unread);
}

bool InboxTable::acknowledge(const UserId& user, const Uuid& id, bool& found) {
    if (!acknowledge_.bind_text(1, user.get()).bind_uuid(2, id).run()) return false;
    found = database_.rows_changed() == 1;
    return true;
}

bool InboxTable::delete_expired(std::optional<EpochMs> cutoff,
                                std::optional<EpochMs> now,
                                std::size_t rows_max,
                                std::size_t& deleted) {
    const auto run = [&](Statement& statement, EpochMs time) {
        if (!statement.bind(1, time).bind(2, static_cast<std::int64_t>(rows_max - deleted)).run()) return false;
        deleted += static_cast<std::size_t>(database_.rows_changed());
        return true;
    };
    deleted = 0;
    if (now.has_value() && !run(delete_ended_, *now)) return false;
    return !cutoff.has_value() || deleted >= rows_max || run(delete_old_, *cutoff);
}

}  // namespace notifyd::storage::sqlite
