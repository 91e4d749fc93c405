// Brings notifications that were sent to a topic into the inboxes of its members, a slice at a time, so that neither a
// publish waits for a large topic nor its members are held in memory. Each slice and the note of how far the posting
// has come are one transaction, so a member gets it once, whatever happens.
// Flow:   Inbox (a posting is begun), resume (those left by the previous run) -> slices, one after the other -> lanes
// Thread: one loop. Each loop continues what it has begun; one of them also what the previous run has left.
// Fails:  never; a slice that could not be stored is tried again.
#pragma once

#include "notifyd/core/clock.hpp"
#include "notifyd/notifications/notification_rules.hpp"
#include "notifyd/ports/inbox_store.hpp"
#include "notifyd/ports/standard_queue.hpp"

#include <deque>
#include <memory>

namespace notifyd::notifications {

class TopicPostings {
  public:
    // Everything outlives it. `expiry` decides what has expired. No slice begins while the lanes are full.
    TopicPostings(ports::InboxStore& store,
                  const ports::StandardQueue& lanes,
                  std::shared_ptr<const NotificationRules> rules,
                  const Clock& clock,
                  const Clock& expiry)
        : store_(store), lanes_(lanes), rules_(std::move(rules)), clock_(clock), expiry_(expiry) {}

    void use(std::shared_ptr<const NotificationRules> rules) { rules_ = std::move(rules); }
    // Continues what the previous run has left.
    void resume();
    void add(const Uuid& id);
    // Tries again what has failed. Call now and then.
    void tick(SteadyTime now);

  private:
    void go_on();
    void slice_done(const Result<bool>& more);

    ports::InboxStore& store_;
    const ports::StandardQueue& lanes_;
    std::shared_ptr<const NotificationRules> rules_;
    const Clock& clock_;
    const Clock& expiry_;
    // They take turns, so that a small topic need not wait for a large one.
    std::deque<Uuid> waiting_;
    bool busy_ = false;
    bool wants_resume_ = false;
    SteadyTime not_before_;
};

}  // namespace notifyd::notifications
