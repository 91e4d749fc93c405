// Judged as at a connect; what the new claims do not allow is revoked.
#include "token_refresh.hpp"

#include "notifyd/wire/server_frames.hpp"

#include <memory>
#include <utility>
#include <vector>

namespace notifyd::gateway {

namespace {

auth::AuthResult<Identity> judge(LoopServices& services,
                                 const connection::Connection& connection,
                                 const std::string& token) {
    auth::AuthResult<Identity> fresh = services.authorizer.authenticate(token);
    if (!fresh) return fresh;
    if (fresh->user != connection.identity().user) {
        return auth::Refusal{{Errc::unauthorized, "The token is another user's: reconnect with it"},
                             auth::AuthFailure::other_user};
    }
    // A connection token's restriction is the connection's, whatever its user has shown since.
    fresh->allowed_channels = connection.identity().allowed_channels;
    return fresh;
}

void drop_forbidden(LoopServices& services, connection::Connection& connection) {
    std::vector<TopicName> forbidden = connection.topics();
    std::erase_if(forbidden, [&](const TopicName& topic) {
        return services.permissions.may_receive(connection.identity(), topic).has_value();
    });
    if (forbidden.empty()) return;
    services.connections.unsubscribe(connection, forbidden);
    const wire::RawJson id = wire::envelope_id(std::nullopt, services.ids);
    connection.sink().answer(wire::revoked(id, services.clock.now_ms(), forbidden));
}

void refresh_now(LoopServices& services, ConnectionId id, const wire::AuthRefresh& frame) {
    connection::Connection* connection = services.registry.find(id);
    if (connection == nullptr) return;
    const wire::RawJson answer_id = wire::envelope_id(frame.id, services.ids);
    const EpochMs now = services.clock.now_ms();
    auth::AuthResult<Identity> fresh = judge(services, *connection, frame.token);
    if (!fresh) {
        services.events.emit(observability::AuthFailed{.reason = auth::to_string(fresh.error().reason),
                                                       .address = connection->peer.address,
                                                       .correlation_id = {},
                                                       .user = connection->identity().user.get(),
                                                       .topic = {},
                                                       .key = fresh.error().key});
        connection->sink().answer(wire::envelope_error(answer_id, now, fresh.error().error));
        return;
    }
    const EpochMs expires_at = fresh->expires_at;
    connection->set_identity(std::move(*fresh));
    connection->sink().answer(wire::auth_refreshed(answer_id, now, expires_at));
    drop_forbidden(services, *connection);
}

}  // namespace

void refresh_token(LoopServices& services, ConnectionId connection, wire::AuthRefresh frame) {
    auto keys = services.authorizer.keys_short_of(frame.token);
    if (keys == nullptr) return refresh_now(services, connection, frame);
    // The provider may have a key that is newer than ours.
    services.keys.want(std::move(keys), [&services, connection, frame = std::move(frame)]() mutable {
        auto task = [&services, connection, frame = std::move(frame)] { refresh_now(services, connection, frame); };
        static_cast<void>(services.loop.post_control(std::move(task)));
    });
}

}  // namespace notifyd::gateway
