// Rows (user, topic, role).
#include "permission_table.hpp"

#include <algorithm>

namespace notifyd::storage {

namespace {

// Nothing in a row that is no permission can be granted by it: such a row is passed over.
std::optional<Permission> row_of(Statement& statement) {
    auto topic = TopicName::parse(statement.text(1));
    const std::int64_t role = statement.integer(2);
    if (!topic.has_value() || role < std::int64_t{1} || role > std::int64_t{3}) return std::nullopt;
    return Permission{UserId(std::string(statement.text(0))),
                      std::move(*topic),
                      static_cast<Role>(role),
                      statement.integer(3),
                      UserId(std::string(statement.text(4)))};
}

// Steps through a bound list statement, one row further than the page to learn whether there is more.
std::optional<ports::PermissionPage> page_of(Statement& statement, std::size_t rows_max) {
    const ResetGuard reset(statement);
    ports::PermissionPage page;
    Step step = statement.step();
    for (; step == Step::row; step = statement.step()) {
        auto row = row_of(statement);
        if (!row.has_value()) continue;
        if (page.permissions.size() == rows_max) {
            page.more = true;
            break;
        }
        page.permissions.push_back(std::move(*row));
    }
    if (step == Step::failed) return std::nullopt;
    return page;
}

}  // namespace

PermissionTable::PermissionTable(Database& database)
    : grant_(database,
             "INSERT INTO permissions (user, topic, role, granted_at, granted_by) VALUES (?1, ?2, ?3, ?4, ?5) "
             "ON CONFLICT (user, topic) DO UPDATE SET role = excluded.role, granted_at = excluded.granted_at, "
             "granted_by = excluded.granted_by"),
      any_of_topic_(database, "SELECT 1 FROM permissions WHERE topic = ?1 LIMIT 1"),
      revoke_(database, "DELETE FROM permissions WHERE user = ?1 AND topic = ?2") {}

bool PermissionTable::grant(const std::vector<Permission>& rows) {
    return std::all_of(rows.begin(), rows.end(), [this](const Permission& row) {
        return grant_.bind_text(1, row.user.get())
            .bind_text(2, row.topic.text())
            .bind(3, static_cast<std::int64_t>(row.role))
            .bind(4, row.granted_at)
            .bind_text(5, row.granted_by.get())
            .run();
    });
}

bool PermissionTable::is_claimed(const TopicName& topic, bool& claimed) {
    any_of_topic_.bind_text(1, topic.text());
    const ResetGuard reset(any_of_topic_);
    const Step step = any_of_topic_.step();
    claimed = step == Step::row;
    return step != Step::failed;
}

bool PermissionTable::revoke(const UserId& user, const TopicName& topic) {
    return revoke_.bind_text(1, user.get()).bind_text(2, topic.text()).run();
}

PermissionLists::PermissionLists(Database& database)
    : by_user_(database,
               "SELECT user, topic, role, granted_at, granted_by FROM permissions "
               "WHERE user = ?1 AND topic > ?2 ORDER BY topic"),
      by_topic_(database,
                "SELECT user, topic, role, granted_at, granted_by FROM permissions "
                "WHERE topic = ?1 AND user > ?2 ORDER BY user") {}

std::optional<ports::PermissionPage> PermissionLists::by_user(const UserId& user,
                                                              std::size_t rows_max,
                                                              const std::optional<TopicName>& after) {
    by_user_.bind_text(1, user.get()).bind_text(2, after.has_value() ? after->text() : std::string_view());
    return page_of(by_user_, rows_max);
}

std::optional<ports::PermissionPage> PermissionLists::by_topic(const TopicName& topic,
                                                               std::size_t rows_max,
                                                               const std::optional<UserId>& after) {
    by_topic_.bind_text(1, topic.text()).bind_text(2, after.has_value() ? after->get() : std::string_view());
    return page_of(by_topic_, rows_max);
}

bool visit_permissions(Database& database, const std::function<void(const Permission&)>& visit) {
    Statement all(database, "SELECT user, topic, role, granted_at, granted_by FROM permissions");
    Step step = all.step();
    for (; step == Step::row; step = all.step()) {
        if (const auto row = row_of(all)) visit(*row);
    }
    return step == Step::done;
}

}  // namespace notifyd::storage
