// Verifies the token as for a connect, and revokes topics that its claims no longer allow.
#include "notifyd/gateway/frames/token_refresh.hpp"

#include "notifyd/wire/server_frames.hpp"
#include "notifyd/wire/token_refresh.hpp"

#include "http/refusal_events.hpp"
#include "websocket/revoke.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
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
    std::vector<TopicName> forbidden = services.connections.topics_in_use(connection);
    std::erase_if(forbidden, [&](const TopicName& topic) {
        return services.permissions.may_receive(connection.identity(), topic).has_value();
    });
    if (!forbidden.empty()) revoke(services, connection, forbidden);
}

// One refresh under way.
struct Refresh {
    ConnectionId connection;
    std::uint32_t number;  // a later one replaces it
    std::optional<wire::RawJson> id;
    std::string token;
    int waits_left;
};

void refuse(const FrameServices& services,
            connection::Connection& connection,
            const Refresh& refresh,
            auth::Refusal refusal) {
    refusal.user = connection.identity().user.get();
    services.events.emit(auth_failed(refusal, connection.peer.address, {}));
    const wire::RawJson id = wire::envelope_id(refresh.id, services.ids);
    connection.sink().answer(wire::envelope_error(id, services.clock.now_ms(), refusal.error));
}

void accept(const FrameServices& services, connection::Connection& connection, const Refresh& refresh, Identity fresh) {
    const EpochMs expires_at = fresh.expires_at;
    connection.set_identity(std::move(fresh));
    const wire::RawJson id = wire::envelope_id(refresh.id, services.ids);
    connection.sink().answer(wire::auth_refreshed(id, services.clock.now_ms(), expires_at));
    drop_forbidden(services, connection);
}

void go_on(const FrameServices& services, Refresh refresh) {
    connection::Connection* connection = services.registry.find(refresh.connection);
    if (connection == nullptr) return;
    if (connection->refreshes != refresh.number) {
        return refuse_envelope(
            services, *connection, refresh.id, {Errc::conflict, "A later auth:refresh has replaced this one"});
    }
    auth::AuthResult<Identity> fresh = judge(services, *connection, refresh.token);
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

std::span<const EnvelopeRoute<TokenRefreshFrames>> TokenRefreshFrames::routes() {
    static constexpr EnvelopeRoute<TokenRefreshFrames> table[] = {{"auth:refresh", &TokenRefreshFrames::refresh}};
    return table;
}

void TokenRefreshFrames::refresh(const EnvelopeCall& call) {
    Result<std::string> token = wire::parse_token_refresh(call.payload);
    if (!token) return refuse_envelope(services_, call.connection, call.id, token.error());
    connection::Connection& connection = call.connection;
    Refresh refresh{connection.id(), ++connection.refreshes, call.id, std::move(*token), auth::KeySource::waits_max};
    go_on(services_, std::move(refresh));
}

}  // namespace notifyd::gateway
