// Rows of blocked users.
#include "block_table.hpp"

#include <string>
#include <utility>

namespace notifyd::storage::sqlite {

namespace {

UserBlock row_of(Statement& statement) {
    UserBlock block;
    block.user = UserId(std::string(statement.text(0)));
    block.blocked_at = statement.integer(1);
    block.blocked_by = UserId(std::string(statement.text(2)));
    if (!statement.is_null(3)) block.until = statement.integer(3);
    block.reason = statement.text(4);
    return block;
}

}  // namespace

BlockTable::BlockTable(Database& database)
    : database_(database),
      block_(database,
             "INSERT OR REPLACE INTO user_blocks (user, blocked_at, blocked_by, until, reason) "
             "VALUES (?1, ?2, ?3, ?4, ?5)"),
      unblock_(database, "DELETE FROM user_blocks WHERE user = ?1"),
      forget_ended_(database, "DELETE FROM user_blocks WHERE until IS NOT NULL AND until <= ?1") {}

bool BlockTable::block(const UserBlock& block) {
    if (!forget_ended_.bind(1, block.blocked_at).run()) return false;
    block_.bind_text(1, block.user.get()).bind(2, block.blocked_at).bind_text(3, block.blocked_by.get());
    if (block.until.has_value()) {
        block_.bind(4, *block.until);
    } else {
        block_.bind_null(4);
    }
    return block_.bind_text(5, block.reason).run();
}

bool BlockTable::unblock(const UserId& user, bool& removed) {
    if (!unblock_.bind_text(1, user.get()).run()) return false;
    removed = database_.rows_changed() == 1;
    return true;
}

BlockLists::BlockLists(Database& database)
    : list_(database,
            "SELECT user, blocked_at, blocked_by, until, reason FROM user_blocks "
            "WHERE user > ?1 AND (until IS NULL OR until > ?2) ORDER BY user LIMIT ?3") {}

std::optional<ports::BlockPage> BlockLists::list(EpochMs now,
                                                 std::size_t rows_max,
                                                 const std::optional<UserId>& after) {
    const ResetGuard reset(list_);
    // One row more than the page holds, to learn whether there are more.
    list_.bind_text(1, after.has_value() ? after->get() : std::string_view())
        .bind(2, now)
        .bind(3, static_cast<std::int64_t>(rows_max) + 1);
    ports::BlockPage page;
    Step step = list_.step();
    for (; step == Step::row && page.blocks.size() < rows_max; step = list_.step()) {
        page.blocks.push_back(row_of(list_));
    }
    page.more = step == Step::row;
    if (step == Step::failed) return std::nullopt;
    return page;
}

bool visit_blocks(Database& database, const std::function<void(const UserBlock&)>& visit) {
    Statement all(database, "SELECT user, blocked_at, blocked_by, until, reason FROM user_blocks");
    Step step = all.step();
    for (; step == Step::row; step = all.step()) visit(row_of(all));
    return step == Step::done;
}

}  // namespace notifyd::storage::sqlite
