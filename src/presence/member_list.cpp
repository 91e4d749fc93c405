// What a batch contains is bounded, so that n watchers of n members do not get n² frames.
#include "member_list.hpp"

#include "notifyd/core/presence_limits.hpp"

#include <algorithm>
#include <utility>

namespace notifyd::presence {

void MemberList::join(const UserId& user, const PresenceState& state) {
    const auto [place, is_new] = members_.try_emplace(user);
    Member& member = place->second;
    member.absence = 0;
    const bool is_same = !is_new && member.state.looks_like(state);
    member.state = state;
    count_changed_ = count_changed_ || is_new;
    if (!is_same) note(user, state);
}

std::uint64_t MemberList::leave(const UserId& user, EpochMs now) {
    const auto found = members_.find(user);
    if (found == members_.end()) return 0;
    found->second.state.last_active_at = now;
    return found->second.absence = ++absences_;
}

void MemberList::end_absence(const UserId& user, std::uint64_t absence) {
    const auto found = members_.find(user);
    if (absence == 0 || found == members_.end() || found->second.absence != absence) return;
    const EpochMs left_at = found->second.state.last_active_at;
    members_.erase(found);
    count_changed_ = true;
    note(user, {.status = PresenceStatus::offline, .activity = {}, .last_active_at = left_at});
}

void MemberList::set(const UserId& user, const PresenceState& state) {
    const auto found = members_.find(user);
    if (found == members_.end()) return;
    const bool is_same = found->second.state.looks_like(state);
    found->second.state = state;
    if (!is_same) note(user, state);
}

void MemberList::note(const UserId& user, const PresenceState& state) {
    ++revision_;
    if (!recording_ || too_many_) return;
    changes_[user] = {{user, state}, revision_};
    if (changes_.size() <= limits::presence_updates_max) return;
    too_many_ = true;
    changes_.clear();
}

std::shared_ptr<const std::vector<PresenceMember>> MemberList::first_members() const {
    auto first = std::make_shared<std::vector<PresenceMember>>();
    first->reserve(std::min(members_.size(), limits::presence_members_max));
    for (const auto& [user, member] : members_) {
        if (first->size() == limits::presence_members_max) break;
        first->push_back({user, member.state});
    }
    return first;
}

PresenceList MemberList::list(SteadyTime now) {
    const bool is_cut_off = members_.size() > limits::presence_members_max;
    if (!is_cut_off) return {first_members(), members_.size(), revision_};
    if (!kept_.members || now >= kept_until_) {
        kept_ = {first_members(), members_.size(), revision_};
        kept_until_ = now + limits::presence_batch_interval;
    }
    return {kept_.members, members_.size(), kept_.revision};
}

void MemberList::forget_changes() {
    changes_.clear();
    too_many_ = false;
    count_changed_ = false;
    // A list that is older than the changes still to come would leave a gap.
    kept_ = {};
}

void MemberList::record() {
    recording_ = true;
    large_ = members_.size() > limits::presence_members_max;
    forget_changes();
}

void MemberList::stop_recording() {
    recording_ = false;
    forget_changes();
}

PresenceBatch MemberList::take_batch(const TopicName& topic, SteadyTime now) {
    const bool was_large = large_;
    large_ = members_.size() > (was_large ? limits::presence_large_until : limits::presence_members_max);
    const std::size_t updates_max = large_ ? limits::presence_large_updates_max : limits::presence_updates_max;
    const bool one_by_one = !too_many_ && changes_.size() <= updates_max;

    PresenceBatch batch{.topic = topic, .revision = revision_};
    if (!large_ && (!one_by_one || was_large)) {
        batch.list = list(now);
    } else if (one_by_one) {
        for (auto& [user, change] : changes_) batch.changes.push_back(std::move(change));
        std::ranges::sort(batch.changes, {}, &PresenceChange::revision);
    }
    if (large_ && count_changed_) batch.count = members_.size();
    forget_changes();
    return batch;
}

}  // namespace notifyd::presence
