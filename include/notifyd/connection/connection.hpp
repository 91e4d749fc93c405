// One open WebSocket as the services see it: its user, its subscriptions and how far each is behind, and where its
// frames go.
// The gateway's session owns the Connection. Thread: the connection's loop.
#pragma once

#include "notifyd/connection/backlog.hpp"
#include "notifyd/core/identity.hpp"
#include "notifyd/core/ids.hpp"
#include "notifyd/ports/connection_sink.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace notifyd::connection {

class TopicEntry;

// The remote end.
struct PeerInfo {
    std::string address;
    std::string user_agent;
};

class Connection {
  public:
    Connection(ConnectionId id, Identity identity, ports::ConnectionSink& sink)
        : id_(id), identity_(std::move(identity)), sink_(sink) {}
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    [[nodiscard]] ConnectionId id() const { return id_; }
    [[nodiscard]] const Identity& identity() const { return identity_; }
    // From a fresh token of the same user.
    void set_identity(Identity identity) { identity_ = std::move(identity); }
    [[nodiscard]] ports::ConnectionSink& sink() const { return sink_; }
    // In the order of subscription, the user's own topic first.
    [[nodiscard]] std::vector<TopicName> topics() const;
    [[nodiscard]] std::size_t topic_count() const { return subscriptions_.size(); }

    // --- Shown by GET /@connections:

    PeerInfo peer;
    EpochMs connected_at = 0;
    // When the client last sent something, as of the last sweep.
    EpochMs last_active_at = 0;

    // Counts what the processor queues between two flushes; returns the total for that slice.
    std::size_t add_to_slice(std::uint64_t slice, std::size_t bytes) {
        if (slice_ != slice) slice_bytes_ = 0;
        slice_ = slice;
        return slice_bytes_ += bytes;
    }

    // --- What it is behind in (delivery/catch_up, delivery/retry_queue):

    // Whether messages must be examined before they are sent: there is a backlog, or something is waiting to be
    // retried.
    [[nodiscard]] bool is_behind() const { return backlogs_ != 0 || retries_ != 0; }
    // nullptr: no backlog, or not subscribed.
    [[nodiscard]] Backlog* backlog(const TopicName& topic);
    // Replaces an existing backlog; nullptr: not subscribed.
    Backlog* begin_backlog(const TopicName& topic, std::uint64_t id);
    void end_backlog(const TopicName& topic);
    [[nodiscard]] std::vector<TopicName> topics_behind() const;
    [[nodiscard]] std::uint32_t retries() const { return retries_; }
    void set_retries(std::size_t count) { retries_ = static_cast<std::uint32_t>(count); }
    // Bytes of messages waiting for the end of a replay.
    [[nodiscard]] std::size_t held_bytes() const;
    // Whether a call is pending for when its outbox has room.
    bool awaits_room = false;
    // Whether the log is being read for it: one page at a time, for all topics together.
    bool is_read_for = false;

    // --- What it is waiting for:

    // Its user's pending notifications (notifications/pending_replay).
    bool awaits_pending = false;

    // Publishes and acknowledgements that have not been answered yet.
    std::uint32_t unanswered = 0;
    // Requests for its topics' positions that have not been answered yet.
    std::uint32_t openings = 0;
    // Token refreshes so far: only the latest takes effect.
    std::uint32_t refreshes = 0;

  private:
    friend class ConnectionRegistry;

    // The connection's place in a topic's member list, so that leaving needs no search.
    struct Subscription {
        TopicEntry* topic;
        std::uint32_t place;
        std::unique_ptr<Backlog> backlog{};
    };

    [[nodiscard]] Subscription* find(const TopicName& topic);

    ConnectionId id_;
    Identity identity_;
    ports::ConnectionSink& sink_;
    std::vector<Subscription> subscriptions_;
    std::uint64_t slice_ = 0;
    std::size_t slice_bytes_ = 0;
    std::uint32_t backlogs_ = 0;
    std::uint32_t retries_ = 0;
};

}  // namespace notifyd::connection
