// What each loop does about it.
#include "notifyd/gateway/revocation_broadcast.hpp"

#include "notifyd/wire/server_frames.hpp"

#include "loop_round.hpp"

#include <array>

namespace notifyd::gateway {

namespace {

void drop_subscriptions(LoopServices& services, const UserId& user, const TopicName& topic) {
    const Result<TopicName> own = own_topic(user);
    if (!own) return;
    // Every connection of a user is in the user's own topic.
    const auto members = services.registry.members(*own);
    const std::vector<connection::Connection*> connections(members.begin(), members.end());
    const std::array<TopicName, 1> dropped{topic};
    for (connection::Connection* connection : connections) {
        // Others who may read the user's topic are in it, too.
        if (connection->identity().user != user) continue;
        if (!connection::ConnectionRegistry::is_subscribed(*connection, topic)) continue;
        // The topic may be theirs by a claim of their token, too.
        if (services.permissions.may_receive(connection->identity(), topic)) continue;
        services.connections.unsubscribe(*connection, dropped);
        const wire::RawJson id = wire::envelope_id(std::nullopt, services.ids);
        connection->sink().answer(wire::revoked(id, services.clock.now_ms(), dropped));
    }
}

}  // namespace

void RevocationBroadcast::revoked(const UserId& user, const TopicName& topic, UniqueFunction<void()> everywhere) {
    const auto drop = [user, topic](LoopServices& services) { drop_subscriptions(services, user, topic); };
    ask_all_loops(loops_, home_, drop, std::move(everywhere));
}

}  // namespace notifyd::gateway
