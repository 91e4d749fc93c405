// The first change of a quiet topic is sent with the next tick, those that follow it once per interval.
#include "topic_board.hpp"

#include "notifyd/core/presence_limits.hpp"

#include <algorithm>
#include <memory>
#include <utility>

namespace notifyd::presence {

void TopicBoard::apply(const TopicEvent& event, SteadyTime now) {
    if (event.kind == TopicEvent::Kind::join) {
        auto& entry = *topics_.try_emplace(event.topic).first;
        entry.second.members.join(event.user, event.state);
        return mark(entry);
    }
    const auto found = topics_.find(event.topic);
    if (found == topics_.end()) return;
    if (event.kind == TopicEvent::Kind::set) {
        found->second.members.set(event.user, event.state);
        return mark(*found);
    }
    const std::uint64_t number = found->second.members.leave(event.user, event.state.last_active_at);
    if (number == 0) return;
    Absence absence{now + leave_after_, event.topic, event.user, number};
    if (leave_after_ == Milliseconds::zero()) return end(absence);
    absences_.push_back(std::move(absence));
}

void TopicBoard::end(const Absence& absence) {
    const auto found = topics_.find(absence.topic);
    if (found == topics_.end()) return;
    found->second.members.end_absence(absence.user, absence.number);
    mark(*found);
    forget_if_unused(absence.topic);
}

void TopicBoard::mark(Topics::value_type& entry) {
    if (entry.second.is_dirty || !entry.second.members.has_changes()) return;
    entry.second.is_dirty = true;
    dirty_.push_back(std::addressof(entry));
}

void TopicBoard::forget_if_unused(const TopicName& name) {
    const auto found = topics_.find(name);
    if (found == topics_.end()) return;
    const Topic& topic = found->second;
    if (topic.members.empty() && topic.watching.empty() && !topic.is_dirty) topics_.erase(found);
}

void TopicBoard::watch(const TopicName& topic, std::size_t loop) {
    Topic& watched = topics_[topic];
    if (std::ranges::find(watched.watching, loop) != watched.watching.end()) return;
    if (watched.watching.empty()) watched.members.record();
    watched.watching.push_back(loop);
}

void TopicBoard::unwatch(const TopicName& topic, std::size_t loop) {
    const auto found = topics_.find(topic);
    if (found == topics_.end()) return;
    std::erase(found->second.watching, loop);
    if (found->second.watching.empty()) found->second.members.stop_recording();
    forget_if_unused(topic);
}

PresenceList TopicBoard::list(const TopicName& topic, SteadyTime now) {
    const auto found = topics_.find(topic);
    if (found != topics_.end()) return found->second.members.list(now);
    return {std::make_shared<const std::vector<PresenceMember>>(), 0, 0};
}

std::vector<DueBatch> TopicBoard::tick(SteadyTime now) {
    for (std::size_t ended = 0; ended < limits::presence_leaves_per_tick; ++ended) {
        if (absences_.empty() || absences_.front().ends_at > now) break;
        const Absence absence = std::move(absences_.front());
        absences_.pop_front();
        end(absence);
    }
    std::vector<DueBatch> due;
    std::erase_if(dirty_, [&](Topics::value_type* entry) {
        auto& [name, topic] = *entry;
        if (now < topic.next_batch_at) return false;
        topic.is_dirty = false;
        if (topic.members.has_changes()) {
            topic.next_batch_at = now + limits::presence_batch_interval;
            PresenceBatch batch = topic.members.take_batch(name, now);
            if (!batch.empty()) due.push_back({topic.watching, std::move(batch)});
        }
        // A copy, because the name is erased with its topic.
        forget_if_unused(TopicName(name));
        return true;
    });
    return due;
}

}  // namespace notifyd::presence
