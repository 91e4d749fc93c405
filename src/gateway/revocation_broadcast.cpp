// One task to every loop, one back from the last.
#include "notifyd/gateway/revocation_broadcast.hpp"

#include "notifyd/wire/server_frames.hpp"

#include <array>
#include <atomic>
#include <memory>

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

// Runs `everywhere` on the home loop when the last share of it is gone.
class Countdown {
  public:
    Countdown(runtime::EventLoop& home, UniqueFunction<void()> everywhere)
        : home_(home), everywhere_(std::move(everywhere)) {}
    Countdown(const Countdown&) = delete;
    Countdown& operator=(const Countdown&) = delete;
    ~Countdown() {
        // False: the loop has stopped, and the request with it.
        static_cast<void>(home_.post_control(std::move(everywhere_)));
    }

  private:
    runtime::EventLoop& home_;
    UniqueFunction<void()> everywhere_;
};

}  // namespace

void RevocationBroadcast::revoked(const UserId& user, const TopicName& topic, UniqueFunction<void()> everywhere) {
    const auto countdown = std::make_shared<Countdown>(home_, std::move(everywhere));
    for (LoopServices* services : loops_) {
        // A loop that has stopped has no connections.
        static_cast<void>(services->loop.post_control(
            [services, user, topic, countdown] { drop_subscriptions(*services, user, topic); }));
    }
}

}  // namespace notifyd::gateway
