// One open WebSocket as the services see it: who it is, what it receives, where its frames go.
// Owns:   identity, subscriptions and what is behind in them. The gateway's session owns the Connection.
// Thread: the connection's loop. Fails: never.
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

// Who is at the other end.
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
    // A fresh token's, of the same user.
    void set_identity(Identity identity) { identity_ = std::move(identity); }
    [[nodiscard]] ports::ConnectionSink& sink() const { return sink_; }
    // In the order of subscription, the user's own topic first.
    [[nodiscard]] std::vector<TopicName> topics() const;
    [[nodiscard]] std::size_t topic_count() const { return subscriptions_.size(); }

    // --- what GET /@connections tells of it

    PeerInfo peer;
    EpochMs connected_at = 0;
    // When something came from the client, as far as the sweeps have seen.
    EpochMs last_active_at = 0;

    // Counts what the processor queues between two flushes; returns the sum of that slice.
    std::size_t add_to_slice(std::uint64_t slice, std::size_t bytes) {
        if (slice_ != slice) slice_bytes_ = 0;
        slice_ = slice;
        return slice_bytes_ += bytes;
    }

    // --- what it is behind in (delivery/catch_up, delivery/retry_queue)

    // Whether any message must be looked at before it is sent: there is a backlog, or something waits to be retried.
    [[nodiscard]] bool is_behind() const { return backlogs_ != 0 || retries_ != 0; }
    // nullptr: none, or not subscribed.
    [[nodiscard]] Backlog* backlog(const TopicName& topic);
    // A new one in place of the one there is; nullptr: not subscribed.
    Backlog* begin_backlog(const TopicName& topic, std::uint64_t id);
    void end_backlog(const TopicName& topic);
    [[nodiscard]] std::vector<TopicName> topics_behind() const;
    [[nodiscard]] std::uint32_t retries() const { return retries_; }
    void set_retries(std::size_t count) { retries_ = static_cast<std::uint32_t>(count); }
    // Bytes of messages that wait for the end of a replay.
    [[nodiscard]] std::size_t held_bytes() const;
    // Whether it has been promised a call when its outbox has room.
    bool awaits_room = false;
    // Whether the log is being read for it: one page at a time, whatever the topic.
    bool is_read_for = false;

    // --- what it waits for

    // Its publishes that have no answer yet.
    std::uint32_t unanswered = 0;
    // What was asked of its topics' positions and is not told yet.
    std::uint32_t openings = 0;
    // Tokens that were to take the first one's place.
    std::uint32_t refreshes = 0;

  private:
    friend class ConnectionRegistry;

    // Where this connection stands in a topic's list, so that leaving costs no search.
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
