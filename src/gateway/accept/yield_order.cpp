// Two lists, and what other loops may know of them.
#include "accept/yield_order.hpp"

namespace notifyd::gateway {

namespace {

// So that entries that cannot give way at the moment do not make a newcomer's loop walk through thousands.
constexpr std::size_t entries_tried_max = 64;

}  // namespace

void YieldOrder::enter(Entry& entry, Standing standing, SteadyTime now) {
    leave(entry);
    entry.since_ = now;
    entry.standing_ = standing;
    Entries& entries = entries_[index(standing)];
    entries.push_back(entry);
    if (&entries.front() == &entry) publish(standing);
}

void YieldOrder::leave(Entry& entry) {
    if (!entry.Hook::is_linked()) return;
    Entries& entries = entries_[index(entry.standing_)];
    const bool was_first = &entries.front() == &entry;
    entries.erase(entries.iterator_to(entry));
    if (was_first) publish(entry.standing_);
}

bool YieldOrder::give_way() {
    return give_way(Standing::stranger) || give_way(Standing::known);
}

bool YieldOrder::give_way(Standing standing) {
    std::size_t tried = 0;
    for (Entry& entry : entries_[index(standing)]) {
        if (entry.can_give_way()) {
            leave(entry);
            entry.give_way();
            return true;
        }
        if (++tried == entries_tried_max) break;
    }
    return false;
}

void YieldOrder::publish(Standing standing) {
    const Entries& entries = entries_[index(standing)];
    const std::int64_t since = entries.empty() ? nobody : entries.front().since_.time_since_epoch().count();
    longest_[index(standing)].store(since, std::memory_order_relaxed);
}

std::optional<SteadyTime> YieldOrder::longest_since(Standing standing) const {
    const std::int64_t since = longest_[index(standing)].load(std::memory_order_relaxed);
    if (since == nobody) return std::nullopt;
    return SteadyTime(SteadyTime::duration(since));
}

}  // namespace notifyd::gateway
