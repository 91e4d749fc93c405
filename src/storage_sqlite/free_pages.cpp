// Uses SQLite's incremental vacuum.
#include "free_pages.hpp"

#include <algorithm>

namespace notifyd::storage::sqlite {

FreePages::FreePages(Database& database)
    : free_(database, "PRAGMA freelist_count"),
      all_(database, "PRAGMA page_count"),
      vacuum_(database, "PRAGMA incremental_vacuum") {}

bool FreePages::read(Statement& statement, std::int64_t& value) {
    const ResetGuard reset(statement);
    if (statement.step() != Step::row) return false;
    value = statement.integer(0);
    return true;
}

bool FreePages::count_surplus(std::size_t& pages) {
    surplus_ = 0;
    pages = 0;
    std::int64_t free = 0;
    std::int64_t all = 0;
    if (!read(free_, free) || !read(all_, all)) return false;
    const std::int64_t begin = std::max(kept_min, all / kept_part);
    const std::int64_t end = begin / 2;
    giving_back_ = giving_back_ ? free > end : free > begin;
    if (giving_back_) surplus_ = static_cast<std::size_t>(free - end);
    pages = surplus_;
    return true;
}

bool FreePages::give_back(std::size_t pages_max, std::size_t& given) {
    const std::size_t wanted = std::min(surplus_, pages_max);
    // One page per step; a reset ends the statement where it is.
    const ResetGuard reset(vacuum_);
    for (given = 0; given < wanted; ++given) {
        const Step step = vacuum_.step();
        if (step == Step::failed) return false;
        if (step == Step::done) break;
    }
    gave_all_ = surplus_ <= pages_max;
    return true;
}

}  // namespace notifyd::storage::sqlite
