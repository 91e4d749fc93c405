// Decides for each waiting message whether it gets another attempt.
#include "notifyd/delivery/retry_queue.hpp"

#include "notifyd/core/limits.hpp"
#include "notifyd/wire/delivered_frames.hpp"

#include <algorithm>
#include <span>
#include <utility>

namespace notifyd::delivery {

namespace {

// Whether b must not overtake a.
bool same_lane(const Message& a, const Message& b) {
    return is_ordered(a) && a.type == b.type && a.lifetime == b.lifetime && a.topic == b.topic;
}

}  // namespace

void RetryQueue::add(connection::Connection& recipient, const Delivery& delivery) {
    const EpochMs now = clock_.now_ms();
    const auto wait = policy_.after(1);
    if (!wait.has_value()) {
        dead_letters_.add(recipient, delivery, {"outbox_full", 1, now});
        return;
    }
    Entries& entries = waiting_[recipient.id()];
    const std::size_t bytes = delivery.message->head.size();
    const bool fits = entries.all.empty() || (entries.all.size() < limits::retries_per_connection_max &&
                                              entries.bytes + bytes <= limits::retry_bytes_per_connection_max);
    if (!fits) {
        dead_letters_.add(recipient, delivery, {"too_many_retries", 1, now});
        return;
    }
    const SteadyTime due = clock_.steady_now() + *wait;
    entries.all.push_back({delivery, 1, now, due});
    entries.bytes += bytes;
    entries.next_due = std::min(entries.next_due, due);
    recipient.set_retries(entries.all.size());
}

bool RetryQueue::holds_back(const connection::Connection& recipient, const Message& message) const {
    if (recipient.retries() == 0) return false;
    const auto found = waiting_.find(recipient.id());
    return found != waiting_.end() && std::ranges::any_of(found->second.all, [&](const Entry& entry) {
               return same_lane(*entry.delivery.message, message);
           });
}

RetryQueue::Tried RetryQueue::try_again(connection::Connection& recipient, Entry& entry, SteadyTime now) {
    const FramePtr frame =
        wire::delivered_frames(std::span<const Delivery>(&entry.delivery, 1), clock_.now_ms(), entry.attempts);
    if (recipient.sink().send(frame) != ports::Verdict::full) return Tried::done;
    ++entry.attempts;
    if (const auto wait = policy_.after(entry.attempts)) {
        entry.due = now + *wait;
        return Tried::waits;
    }
    dead_letters_.add(recipient, entry.delivery, {"outbox_full", entry.attempts, entry.first_failed_at});
    return Tried::done;
}

void RetryQueue::run(connection::Connection& recipient, Entries& entries, SteadyTime now) {
    if (now < entries.next_due) return;
    Entries left;
    for (Entry& entry : entries.all) {
        const Message& message = *entry.delivery.message;
        // The permission or the subscription may be gone.
        if (!connection::ConnectionRegistry::is_subscribed(recipient, message.topic)) continue;
        // An ordered message stays behind earlier ones of its topic.
        const bool behind = is_ordered(message) && std::ranges::any_of(left.all, [&](const Entry& other) {
                                return same_lane(*other.delivery.message, message);
                            });
        // Nothing is sent before the client knows where the topic stands.
        const connection::Backlog* const backlog = recipient.backlog(message.topic);
        const bool is_opening = backlog != nullptr && backlog->opening.has_value();
        if (behind || is_opening || entry.due > now || try_again(recipient, entry, now) == Tried::waits) {
            left.bytes += message.head.size();
            left.next_due = std::min(left.next_due, entry.due);
            left.all.push_back(std::move(entry));
        }
    }
    entries = std::move(left);
    recipient.set_retries(entries.all.size());
}

void RetryQueue::run(SteadyTime now) {
    for (auto place = waiting_.begin(); place != waiting_.end();) {
        connection::Connection* recipient = registry_.find(place->first);
        // A closed connection gets nothing more; what it missed is in the history.
        if (recipient != nullptr) run(*recipient, place->second, now);
        place = recipient == nullptr || place->second.all.empty() ? waiting_.erase(place) : std::next(place);
    }
}

void RetryQueue::give_up(connection::Connection& recipient, std::string_view reason) {
    const auto found = waiting_.find(recipient.id());
    if (found == waiting_.end()) return;
    for (const Entry& entry : found->second.all) {
        dead_letters_.add(recipient, entry.delivery, {reason, entry.attempts, entry.first_failed_at});
    }
    waiting_.erase(found);
    recipient.set_retries(0);
}

}  // namespace notifyd::delivery
