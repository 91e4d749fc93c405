// Verifies the token as for a connect, and revokes topics that its claims no longer allow.
#include "websocket/token_refresh.hpp"

#include "notifyd/wire/server_frames.hpp"

#include "http/refusal_events.hpp"
#include "websocket/revoke.hpp"

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace notifyd::gateway {

namespace {

auth::AuthResult<Identity> judge(const FrameServices& services,
                                 const connection::Connection& connection,
                                 const std::string& token) {
    auth::AuthResult<Identity> fresh = services.authorizer.authenticate(token);
    if (!fresh) return fresh;
    if (fresh->user != connection.identity().user) {
        return auth::Refusal{{Errc::unauthorized, "This token belongs to another user: open a new connection with it"},
                             auth::AuthFailure::other_user};
    }
    // The restriction of a connection token stays with the connection, whatever token its user has shown since.
    fresh->allowed_channels = connection.identity().allowed_channels;
    return fresh;
}

void drop_forbidden(const FrameServices& services, connection::Connection& connection) {
    std::vector<TopicName> forbidden = connection.topics();
    std::erase_if(forbidden, [&](const TopicName& topic) {
        return services.permissions.may_receive(connection.identity(), topic).has_value();
    });
    if (!forbidden.empty()) revoke(services, connection, forbidden);
}

// One refresh under way.
struct Refresh {
    ConnectionId connection;
    std::uint32_t number;  // a later one replaces it
    wire::AuthRefresh frame;
    int waits_left;
};

void answer_error(const FrameServices& services,
                  connection::Connection& connection,
                  const Refresh& refresh,
                  Error error) {
    const wire::RawJson id = wire::envelope_id(refresh.frame.id, services.ids);
    connection.sink().answer(wire::envelope_error(id, services.clock.now_ms(), error));
}

void refuse(const FrameServices& services,
            connection::Connection& connection,
            const Refresh& refresh,
            auth::Refusal refusal) {
    refusal.user = connection.identity().user.get();
    services.events.emit(auth_failed(refusal, connection.peer.address, {}));
    answer_error(services, connection, refresh, std::move(refusal.error));
}

void accept(const FrameServices& services, connection::Connection& connection, const Refresh& refresh, Identity fresh) {
    const EpochMs expires_at = fresh.expires_at;
    connection.set_identity(std::move(fresh));
    const wire::RawJson id = wire::envelope_id(refresh.frame.id, services.ids);
    connection.sink().answer(wire::auth_refreshed(id, services.clock.now_ms(), expires_at));
    drop_forbidden(services, connection);
}

void go_on(const FrameServices& services, Refresh refresh) {
    connection::Connection* connection = services.registry.find(refresh.connection);
    if (connection == nullptr) return;
    if (connection->refreshes != refresh.number) {
        return answer_error(
            services, *connection, refresh, {Errc::conflict, "A later auth:refresh has replaced this one"});
    }
    auth::AuthResult<Identity> fresh = judge(services, *connection, refresh.frame.token);
    if (fresh) return accept(services, *connection, refresh, std::move(*fresh));
    // The provider may have published a newer key.
    auto keys = refresh.waits_left > 0 ? services.authorizer.keys_to_renew(fresh.error()) : nullptr;
    if (keys == nullptr) return refuse(services, *connection, refresh, fresh.error());
    --refresh.waits_left;
    services.keys.want(std::move(keys), [&services, refresh = std::move(refresh)]() mutable {
        auto task = [&services, refresh = std::move(refresh)]() mutable { go_on(services, std::move(refresh)); };
        static_cast<void>(services.loop.post_control(std::move(task)));
    });
}

}  // namespace

void refresh_token(const FrameServices& services, connection::Connection& connection, wire::AuthRefresh frame) {
    go_on(services, {connection.id(), ++connection.refreshes, std::move(frame), auth::KeySource::waits_max});
}

}  // namespace notifyd::gateway
