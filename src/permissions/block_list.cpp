// Tracks who is blocked, and until when.
#include "notifyd/permissions/block_list.hpp"

#include <limits>

namespace notifyd::permissions {

namespace {

// The initial value of a new entry in the map.
constexpr EpochMs never_set = 0;
constexpr EpochMs for_ever = std::numeric_limits<EpochMs>::max();

}  // namespace

bool BlockList::is_blocked(const UserId& user) const {
    if (count_.load(std::memory_order_acquire) == 0) return false;
    bool is_listed = false;
    const bool holds = until_.visit(user, [&](const EpochMs* until) {
        is_listed = until != nullptr;
        return is_listed && clock_.now_ms() < *until;
    });
    if (is_listed && !holds) forget_ended(user);
    return holds;
}

void BlockList::forget_ended(const UserId& user) const {
    using Keep = decltype(until_)::Keep;
    until_.update(user, [this](const EpochMs& kept) {
        // In the meantime, another loop may have removed the entry, or a new block may have replaced it.
        if (clock_.now_ms() < kept) return Keep::yes;
        if (kept != never_set) count_.fetch_sub(1, std::memory_order_release);
        return Keep::no;
    });
}

void BlockList::set(const UserId& user, std::optional<EpochMs> until) {
    using Keep = decltype(until_)::Keep;
    until_.update(user, [&](EpochMs& kept) {
        if (kept == never_set) count_.fetch_add(1, std::memory_order_release);
        kept = until.value_or(for_ever);
        return Keep::yes;
    });
}

void BlockList::remove(const UserId& user) {
    using Keep = decltype(until_)::Keep;
    until_.update(user, [&](const EpochMs& kept) {
        if (kept != never_set) count_.fetch_sub(1, std::memory_order_release);
        return Keep::no;
    });
}

}  // namespace notifyd::permissions
