// Decides who may come in: the token of a request, and the topics of a connect (docs/protocol.md#authentication).
// Connection tokens are TicketOffice's: what they let in is checked here, too.
// Owns:   nothing.
// Thread: one loop.
// Fails:  unauthorized (no token or a bad one); unavailable (no keys yet); forbidden (another user's userId, a topic
//         without permission).
#pragma once

#include "notifyd/auth/auth_result.hpp"
#include "notifyd/auth/jwt_verifier.hpp"
#include "notifyd/core/clock.hpp"
#include "notifyd/core/identity.hpp"
#include "notifyd/core/topic_name.hpp"
#include "notifyd/core/uuid.hpp"
#include "notifyd/permissions/permission_manager.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace notifyd::auth {

struct ConnectRequest {
    std::string_view token;
    // The `userId` parameter: when given, it must name the token's user.
    std::optional<std::string_view> user_id;
    // What the connect URL asks for; its number was bounded by whoever parsed the URL.
    std::vector<TopicName> topics;
    // Whether those that are forbidden are left out, where one would otherwise refuse the connect.
    bool partial = false;
};

struct ConnectGrant {
    Identity identity;
    // The user's own topic first, then those asked for in their order, each once.
    std::vector<TopicName> topics;
    // What was left out of a partial request.
    std::vector<TopicName> refused{};
    // The connection token that is to be used up before the connect is answered; nullopt: it came with a JWT.
    std::optional<Uuid> ticket{};
};

class Authorizer {
  public:
    Authorizer(JwtVerifier& verifier, const permissions::PermissionManager& permissions, const Clock& clock);

    // For HTTP: an empty token is a missing one, and a connection token is none.
    [[nodiscard]] AuthResult<Identity> authenticate(std::string_view token);

    // As JwtVerifier::keys_to_renew.
    [[nodiscard]] std::shared_ptr<const KeySet> keys_to_renew(const Refusal& refusal) const {
        return verifier_.keys_to_renew(refusal);
    }

    // Whether tokens can be judged at all, for /readyz.
    [[nodiscard]] bool has_keys() const { return verifier_.has_keys(); }

    // For the upgrade with a JWT, before it is answered. All topics or nothing, unless the request is partial.
    [[nodiscard]] AuthResult<ConnectGrant> connect(const ConnectRequest& request);
    // The same for whom TicketOffice has found.
    [[nodiscard]] AuthResult<ConnectGrant> connect_as(Identity identity, const ConnectRequest& request);

  private:
    JwtVerifier& verifier_;
    const permissions::PermissionManager& permissions_;
    const Clock& clock_;
};

}  // namespace notifyd::auth
