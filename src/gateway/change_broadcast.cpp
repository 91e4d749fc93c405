// What each loop does with its connections.
#include "notifyd/gateway/change_broadcast.hpp"

#include "notifyd/wire/server_frames.hpp"

#include "loop_round.hpp"
#include "websocket/revoke.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace notifyd::gateway {

namespace {

// Collects the connections first, because acting on one may end it.
template <class Do>
void for_each_connection(const LoopConnections& services, const UserId& user, Do act) {
    const Result<TopicName> own = own_topic(user);
    if (!own) return;
    // Every connection subscribes to its user's own topic.
    const auto members = services.registry.members(*own);
    const std::vector<connection::Connection*> connections(members.begin(), members.end());
    for (connection::Connection* connection : connections) {
        // Other users who may read that topic may be subscribed to it, too.
        if (connection->identity().user == user) act(*connection);
    }
}

void drop_subscriptions(const LoopConnections& services, const UserId& user, const TopicName& topic) {
    const std::array<TopicName, 1> dropped{topic};
    for_each_connection(services, user, [&](connection::Connection& connection) {
        const std::vector<TopicName> in_use = services.connections.topics_in_use(connection);
        if (std::ranges::find(in_use, topic) == in_use.end()) return;
        // A claim in the token may still allow the topic.
        if (services.permissions.may_receive(connection.identity(), topic)) return;
        revoke(services, connection, dropped);
    });
}

void tell_granted(const LoopConnections& services, const UserId& user, const TopicName& topic, Role role) {
    for_each_connection(services, user, [&](connection::Connection& connection) {
        const wire::RawJson id = wire::envelope_id(std::nullopt, services.ids);
        connection.sink().answer(wire::granted(id, services.clock.now_ms(), topic, role));
    });
}

void close_connections(const LoopConnections& services, const UserId& user) {
    for_each_connection(
        services, user, [](connection::Connection& connection) { connection.sink().close(CloseCode::access_revoked); });
}

}  // namespace

void ChangeBroadcast::revoked(const UserId& user, const TopicName& topic, UniqueFunction<void()> everywhere) {
    const auto drop = [user, topic](const LoopConnections& services) { drop_subscriptions(services, user, topic); };
    ask_all_loops(loops_, home_, drop, std::move(everywhere));
}

void ChangeBroadcast::granted(const UserId& user, const TopicName& topic, Role role) {
    const auto inform = [user, topic, role](const LoopConnections& services) {
        tell_granted(services, user, topic, role);
    };
    ask_all_loops(loops_, home_, inform, [] {});
}

void ChangeBroadcast::blocked(const UserId& user, UniqueFunction<void()> everywhere) {
    const auto close = [user](const LoopConnections& services) { close_connections(services, user); };
    ask_all_loops(loops_, home_, close, std::move(everywhere));
}

}  // namespace notifyd::gateway
