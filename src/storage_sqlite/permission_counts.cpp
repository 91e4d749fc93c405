// Cached counts of rows.
#include "permission_counts.hpp"

namespace notifyd::storage::sqlite {

bool PermissionCounts::find(const std::string& name, std::int64_t& rows) {
    if (const auto known = known_.find(name); known != known_.end()) {
        rows = known->second;
        return true;
    }
    const ResetGuard reset(count_rows_.bind_text(1, name));
    if (count_rows_.step() != Step::row) return false;
    rows = count_rows_.integer(0);
    if (known_.size() >= names_max) known_.clear();
    known_.emplace(name, rows);
    return true;
}

void PermissionCounts::add(const std::string& name, std::int64_t rows) {
    if (const auto known = known_.find(name); known != known_.end()) known->second += rows;
}

}  // namespace notifyd::storage::sqlite
