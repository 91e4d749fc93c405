// Rows (user, topic, role).
#include "permission_table.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace notifyd::storage::sqlite {

namespace {

// nullopt: not a valid permission. Such a row is skipped, because it cannot grant anything.
std::optional<Permission> row_of(Statement& statement) {
    auto topic = TopicName::parse(statement.text(1));
    const std::int64_t role = statement.integer(2);
    if (!topic.has_value() || role < std::int64_t{0} || role > std::int64_t{3}) return std::nullopt;
    return Permission{UserId(std::string(statement.text(0))),
                      std::move(*topic),
                      static_cast<Role>(role),
                      statement.integer(3),
                      UserId(std::string(statement.text(4)))};
}

// Steps through a bound list statement, one row beyond the page to learn whether there are more.
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

Error too_many(std::string_view whose, std::size_t rows_max, std::string_view key) {
    std::string message(whose);
    message.append(" has reached its maximum number of permissions (").append(std::to_string(rows_max));
    message.append("): revoke some first, or ask the operator to raise ").append(key);
    return {Errc::conflict, std::move(message)};
}

}  // namespace

PermissionTable::PermissionTable(Database& database)
    : database_(database),
      role_(database, "SELECT role FROM permissions WHERE user = ?1 AND topic = ?2"),
      any_of_topic_(database, "SELECT 1 FROM permissions WHERE topic = ?1 LIMIT 1"),
      grant_(database,
             "INSERT INTO permissions (user, topic, role, granted_at, granted_by) VALUES (?1, ?2, ?3, ?4, ?5) "
             "ON CONFLICT (user, topic) DO UPDATE SET role = excluded.role, granted_at = excluded.granted_at, "
             "granted_by = excluded.granted_by"),
      revoke_(database, "DELETE FROM permissions WHERE user = ?1 AND topic = ?2"),
      of_topics_(database, "SELECT count(*) FROM permissions WHERE topic = ?1"),
      of_users_(database, "SELECT count(*) FROM permissions WHERE user = ?1") {}

bool PermissionTable::judge(ports::Basis basis,
                            const UserId& asker,
                            const TopicName& topic,
                            std::optional<Error>& refused) {
    if (basis == ports::Basis::token) return true;
    const bool by_row = basis != ports::Basis::unclaimed_topic;
    if (by_row) role_.bind_text(1, asker.get()).bind_text(2, topic.text());
    Statement& look = by_row ? role_ : any_of_topic_.bind_text(1, topic.text());
    const ResetGuard reset(look);
    const Step step = look.step();
    if (step == Step::failed) return false;
    const bool has_row = step == Step::row;
    const auto has_role = [&](Role role) { return has_row && look.integer(0) == static_cast<std::int64_t>(role); };
    if (basis == ports::Basis::own_row) {
        if (has_role(Role::none)) refused = Error{Errc::forbidden, "Only an admin of this topic can lift a ban"};
        return true;
    }
    const bool holds = by_row ? has_role(Role::admin) : !has_row;
    if (!holds) refused = Error{Errc::forbidden, "No permission to administer this topic"};
    return true;
}

// Rows that are counted here but not written after all are counted again, because a rollback forgets every count.
bool PermissionTable::count(const ports::PermissionGrant& grant, std::optional<Error>& refused) {
    std::vector<const Permission*> added;
    for (const Permission& row : grant.rows) {
        const ResetGuard reset(role_.bind_text(1, row.user.get()).bind_text(2, row.topic.text()));
        const Step step = role_.step();
        if (step == Step::failed) return false;
        if (step == Step::row) continue;
        std::int64_t of_topic = 0;
        std::int64_t of_user = 0;
        const auto [topic_max, user_max] = grant.bounds;
        if (topic_max != 0 && !of_topics_.find(row.topic.text(), of_topic)) return false;
        if (user_max != 0 && !of_users_.find(row.user.get(), of_user)) return false;
        if (topic_max != 0 && static_cast<std::size_t>(of_topic) >= topic_max) {
            refused = too_many("This topic", topic_max, "limits.permissions_per_topic");
        } else if (user_max != 0 && static_cast<std::size_t>(of_user) >= user_max) {
            refused = too_many("This user", user_max, "limits.permissions_per_user");
        }
        if (refused.has_value()) break;
        of_topics_.add(row.topic.text(), 1);
        of_users_.add(row.user.get(), 1);
        added.push_back(&row);
    }
    if (!refused.has_value()) return true;
    for (const Permission* row : added) {
        of_topics_.add(row->topic.text(), -1);
        of_users_.add(row->user.get(), -1);
    }
    return true;
}

bool PermissionTable::write(const Permission& row) {
    return grant_.bind_text(1, row.user.get())
        .bind_text(2, row.topic.text())
        .bind(3, static_cast<std::int64_t>(row.role))
        .bind(4, row.granted_at)
        .bind_text(5, row.granted_by.get())
        .run();
}

bool PermissionTable::grant(const ports::PermissionGrant& grant, std::optional<Error>& refused) {
    const Permission& first = grant.rows.front();
    if (!judge(grant.basis, first.granted_by, first.topic, refused)) return false;
    if (refused.has_value()) return true;
    if (!count(grant, refused)) return false;
    if (refused.has_value()) return true;
    return std::all_of(grant.rows.begin(), grant.rows.end(), [this](const Permission& row) { return write(row); });
}

bool PermissionTable::revoke(const ports::PermissionRevocation& revocation,
                             std::optional<Error>& refused,
                             bool& removed) {
    if (!judge(revocation.basis, revocation.by, revocation.topic, refused)) return false;
    if (refused.has_value()) return true;
    revoke_.bind_text(1, revocation.user.get()).bind_text(2, revocation.topic.text());
    if (!revoke_.run()) return false;
    removed = database_.rows_changed() == 1;
    if (removed) {
        of_topics_.add(revocation.topic.text(), -1);
        of_users_.add(revocation.user.get(), -1);
    }
    return true;
}

void PermissionTable::forget() {
    of_topics_.forget();
    of_users_.forget();
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

}  // namespace notifyd::storage::sqlite
