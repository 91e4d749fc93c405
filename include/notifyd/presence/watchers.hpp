// The connections of a loop that watch the presence of topics, and what they are sent: first a list, then the changes
// after it. Also reports to the board which topics all of the loop's connections are subscribed to.
// A connection whose outbox is full misses a batch; it gets a new list once there is room. Lists are sent to a
// connection one after another, so that they do not fill its memory.
// Owns:   who watches what. Whether a connection may is decided before.
// Thread: one loop.
#pragma once

#include "notifyd/connection/connection_observer.hpp"
#include "notifyd/core/clock.hpp"
#include "notifyd/core/ids.hpp"
#include "notifyd/core/result.hpp"
#include "notifyd/ports/presence_board.hpp"
#include "notifyd/wire/raw_json.hpp"

#include <cstdint>
#include <deque>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

namespace notifyd::presence {

class Watchers final : public connection::ConnectionObserver, public ports::PresenceReceiver {
  public:
    Watchers(ports::PresenceBoard& board, const Clock& clock, IdSource& ids);
    Watchers(const Watchers&) = delete;
    Watchers& operator=(const Watchers&) = delete;

    // Sends a list of each topic, with `id`, and from then on the changes; a topic that is watched already gets a new
    // list. Fails, without any effect, with invalid_request for too many topics, and with rate_limited if the
    // connection is still waiting for too many lists.
    [[nodiscard]] Result<void> watch(connection::Connection& connection,
                                     std::span<const TopicName> topics,
                                     const wire::RawJson& id);
    // Topics that are not watched are ignored.
    void unwatch(connection::Connection& connection, std::span<const TopicName> topics);

    // Sends lists to connections that have room again. Call it at short intervals.
    void tick();

    // --- connection::ConnectionObserver
    void subscribed(connection::Connection& connection, std::span<const TopicName> topics) override;
    void unsubscribed(connection::Connection& connection, std::span<const TopicName> topics) override;
    void closed(connection::Connection& connection) override;
    [[nodiscard]] std::vector<TopicName> watched(const connection::Connection& connection) const override;
    void revoked(connection::Connection& connection, std::span<const TopicName> topics) override;

    // --- ports::PresenceReceiver
    void received(const PresenceBatch& batch) override;

  private:
    static constexpr std::uint64_t no_list_yet = std::numeric_limits<std::uint64_t>::max();

    struct Watch {
        connection::Connection* connection;
        // The revision that the connection knows.
        std::uint64_t known = no_list_yet;
    };
    using Watches = std::unordered_map<ConnectionId, Watch>;
    struct WantedList {
        TopicName topic;
        std::optional<wire::RawJson> id;
    };
    struct Watcher {
        connection::Connection* connection = nullptr;
        std::vector<TopicName> topics;
        std::deque<WantedList> wanted;
        // The number of the request for the first of them; 0: it has not been requested.
        std::uint64_t request = 0;
        bool waits_for_room = false;
    };

    void want(Watcher& watcher, const TopicName& topic, std::optional<wire::RawJson> id);
    void request_next(Watcher& watcher);
    void take(ConnectionId connection, std::uint64_t request, const PresenceList& list);
    void send(Watcher& watcher, const WantedList& wanted, const PresenceList& list);
    void drop(Watcher& watcher, const TopicName& topic);

    ports::PresenceBoard& board_;
    const Clock& clock_;
    IdSource& ids_;
    std::unordered_map<TopicName, Watches> topics_;
    std::unordered_map<ConnectionId, Watcher> watchers_;
    std::vector<ConnectionId> waiting_for_room_;
    std::uint64_t requests_ = 0;
    // The members that were encoded last: many connections ask for the list of one large topic.
    std::shared_ptr<const std::vector<PresenceMember>> encoded_members_;
    wire::RawJson encoded_;
};

}  // namespace notifyd::presence
