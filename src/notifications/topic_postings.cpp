#include "notifyd/notifications/topic_postings.hpp"

#include "notifyd/core/limits.hpp"
#include "notifyd/notifications/announcements.hpp"

#include <chrono>
#include <utility>
#include <vector>

namespace notifyd::notifications {

namespace {

constexpr std::chrono::seconds pause_after_failure{1};

}  // namespace

void TopicPostings::resume() {
    store_.unfinished_postings([this](const Result<std::vector<Uuid>>& ids) {
        wants_resume_ = !ids;
        if (!ids) {
            not_before_ = clock_.steady_now() + pause_after_failure;
            return;
        }
        waiting_.insert(waiting_.end(), ids->begin(), ids->end());
        go_on();
    });
}

void TopicPostings::add(const Uuid& id) {
    waiting_.push_back(id);
    go_on();
}

void TopicPostings::tick(SteadyTime now) {
    if (now < not_before_) return;
    if (std::exchange(wants_resume_, false)) resume();
    go_on();
}

void TopicPostings::go_on() {
    if (busy_ || waiting_.empty() || clock_.steady_now() < not_before_ || !lanes_.has_room()) return;
    busy_ = true;
    store_.continue_posting(waiting_.front(),
                            limits::posting_slice_members,
                            expiry_.now_ms(),
                            announce_posted(rules_, clock_, expiry_),
                            [this](const Result<bool>& more) { slice_done(more); });
}

void TopicPostings::slice_done(const Result<bool>& more) {
    busy_ = false;
    const Uuid id = waiting_.front();
    waiting_.pop_front();
    if (!more) not_before_ = clock_.steady_now() + pause_after_failure;
    if (!more || *more) waiting_.push_back(id);
    go_on();
}

}  // namespace notifyd::notifications
