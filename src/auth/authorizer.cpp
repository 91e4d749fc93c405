// Decides whether to admit a request or a connect.
#include "notifyd/auth/authorizer.hpp"

#include "notifyd/auth/connection_token.hpp"

#include <unordered_set>
#include <utility>

namespace notifyd::auth {

Authorizer::Authorizer(JwtVerifier& verifier, const permissions::PermissionManager& permissions, const Clock& clock)
    : verifier_(verifier), permissions_(permissions), clock_(clock) {}

AuthResult<Identity> Authorizer::authenticate(std::string_view token) {
    if (is_connection_token(token)) {
        return Refusal{{Errc::unauthorized, "A connection token is for a WebSocket connect only"},
                       AuthFailure::connection_token};
    }
    return verifier_.verify(token, clock_.now_ms());
}

AuthResult<ConnectGrant> Authorizer::connect(const ConnectRequest& request) {
    AuthResult<Identity> identity = authenticate(request.token);
    if (identity.has_error()) return identity.error();
    return connect_as(std::move(*identity), request);
}

AuthResult<ConnectGrant> Authorizer::connect_as(Identity identity, const ConnectRequest& request) {
    if (request.user_id && *request.user_id != identity.user.get()) {
        return Refusal{
            {Errc::forbidden, "userId is not the user of the token"}, AuthFailure::other_user, identity.user.get()};
    }
    Result<TopicName> own = own_topic(identity.user);
    // Cannot happen: the verifier accepts valid ids only.
    if (own.has_error()) return Refusal{{Errc::unauthorized, "Token is invalid"}, AuthFailure::user_id};

    ConnectGrant grant;
    std::unordered_set<TopicName> seen{*own};
    grant.topics.push_back(std::move(*own));
    for (const TopicName& topic : request.topics) {
        if (!seen.insert(topic).second) continue;
        Result<void> allowed = permissions_.may_receive(identity, topic);
        if (allowed.has_error() && !request.partial) {
            return Refusal{std::move(allowed).error(), AuthFailure::topic, identity.user.get()};
        }
        (allowed.has_error() ? grant.refused : grant.topics).push_back(topic);
    }
    grant.identity = std::move(identity);
    return grant;
}

}  // namespace notifyd::auth
