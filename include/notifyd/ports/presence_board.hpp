// Knows who is in every topic, across all loops, and informs the loops whose clients watch a topic.
// A user with several connections is one member of a topic, with the status of the most available one. Whoever has been
// away from a topic for less than `presence.leave_after` has not left it.
// Thread: one board per loop, called on that loop, on which callbacks also run, perhaps inside the call. The calls of
//         one loop about one user or topic take effect in their order.
// Nothing fails: what cannot be passed on because the server is stopping is dropped.
#pragma once

#include "notifyd/core/presence.hpp"
#include "notifyd/core/unique_function.hpp"

#include <span>
#include <string>

namespace notifyd::ports {

// Receives the changes of the topics that its loop watches.
class PresenceReceiver {
  public:
    virtual ~PresenceReceiver() = default;
    // At most one batch per second and topic. A batch may repeat what a list of a later revision has already shown.
    virtual void received(const PresenceBatch& batch) = 0;
};

using PresenceListDone = UniqueFunction<void(const PresenceList&)>;

class PresenceBoard {
  public:
    virtual ~PresenceBoard() = default;

    // The connection has subscribed to topics that it was not subscribed to before. Its first call makes it known, with
    // the status `online`.
    virtual void joined(ConnectionId connection, const UserId& user, std::span<const TopicName> topics) = 0;
    // It has unsubscribed from topics that it was subscribed to.
    virtual void left(ConnectionId connection, const UserId& user, std::span<const TopicName> topics) = 0;
    // It is closed; `topics` are those that it was subscribed to.
    virtual void closed(ConnectionId connection, const UserId& user, std::span<const TopicName> topics) = 0;
    // Replaces the connection's status and activity.
    virtual void updated(ConnectionId connection, const UserId& user, PresenceStatus status, std::string activity) = 0;

    // From now on, this loop's receiver is informed of the topic's changes; a list that is requested afterwards and the
    // batches with later revisions leave no gap. Balanced by unwatch.
    virtual void watch(const TopicName& topic) = 0;
    virtual void unwatch(const TopicName& topic) = 0;
    // The members now. Calls `done` once.
    virtual void list(const TopicName& topic, PresenceListDone done) = 0;
};

}  // namespace notifyd::ports
