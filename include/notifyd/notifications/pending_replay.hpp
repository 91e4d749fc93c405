// Sends a user's pending notifications to a connection that has just opened: oldest first, before anything new, page by
// page as the client reads (docs/protocol.md#notifications).
// Flow:   WebSocketSession -> await (before the connection is registered), begin (after its first frame)
//         -> ports::InboxStore -> ports::ConnectionSink. Notices that come in between are held and sent afterwards,
//         unless a page contained them.
// Thread: one loop.
// Fails:  a page that cannot be read is tried again a few times; then the rest stays pending until the next connect.
#pragma once

#include "notifyd/connection/connection_registry.hpp"
#include "notifyd/core/clock.hpp"
#include "notifyd/delivery/notice_hold.hpp"
#include "notifyd/notifications/notification_rules.hpp"
#include "notifyd/observability/events.hpp"
#include "notifyd/ports/inbox_store.hpp"

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <unordered_map>

namespace notifyd::notifications {

class PendingReplay final : public delivery::NoticeHold {
  public:
    // Everything outlives it. `expiry` decides what is too old or has expired; ids are made by the same clock.
    PendingReplay(const connection::ConnectionRegistry& registry,
                  ports::InboxStore& store,
                  std::shared_ptr<const NotificationRules> rules,
                  const Clock& clock,
                  const Clock& expiry,
                  observability::Events& events)
        : registry_(registry),
          store_(store),
          rules_(std::move(rules)),
          clock_(clock),
          expiry_(expiry),
          events_(events) {}

    void use(std::shared_ptr<const NotificationRules> rules) { rules_ = std::move(rules); }

    // From now on, notices to this connection wait.
    static void await(connection::Connection& connection) { connection.awaits_pending = true; }
    void begin(const connection::Connection& connection);
    [[nodiscard]] std::vector<Delivery> pass(connection::Connection& connection,
                                             std::span<const Delivery> run) override;
    // Forgets replays that ended a while ago, and those of closed connections; tries again what has failed. Call now
    // and then.
    void tick(SteadyTime now);

  private:
    // What a connection is owed. Exists only while `awaits_pending` is set: an idle connection costs nothing here.
    struct Replay {
        // Read, but not sent yet.
        std::deque<Notification> page;
        std::uint64_t unread = 0;
        Uuid after{};
        bool more = true;
        std::size_t failures = 0;
        std::optional<SteadyTime> retry_at{};
        // Sent lately: a notice about one of these only repeats it, because its commit was read before it came.
        std::deque<Uuid> recent;
        std::deque<Delivery> held;
        std::size_t held_bytes = 0;
        // The first notification for which there was no room, so that it must be read.
        std::optional<Uuid> dropped{};
        std::optional<SteadyTime> ended_at{};
    };

    void read(ConnectionId id, const UserId& user, const Replay& replay);
    void page_came(ConnectionId id, Result<PendingPage> page);
    void take_page(const connection::Connection& connection, Replay& replay, PendingPage page);
    void failed(const connection::Connection& connection, Replay& replay);
    // Sends what the client has room for, then reads the next page, or ends.
    void go_on(ConnectionId id);
    void await_room(connection::Connection& connection);
    // Returns false if the client must read first, or is gone.
    [[nodiscard]] bool send_page(connection::Connection& connection, Replay& replay);
    [[nodiscard]] bool send_held(connection::Connection& connection, Replay& replay);
    // Whether the connection must still get this one.
    [[nodiscard]] bool is_wanted(const connection::Connection& connection,
                                 const PendingPage& page,
                                 const Notification& notification) const;
    void hold(const connection::Connection& connection, Replay& replay, const Delivery& delivery);

    const connection::ConnectionRegistry& registry_;
    ports::InboxStore& store_;
    std::shared_ptr<const NotificationRules> rules_;
    const Clock& clock_;
    const Clock& expiry_;
    observability::Events& events_;
    std::unordered_map<ConnectionId, Replay> replays_;
};

}  // namespace notifyd::notifications
