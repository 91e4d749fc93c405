// Decides who is admitted: checks the token of a request and the topics of a connect (docs/protocol.md#authentication).
// TicketOffice handles connection tokens; the connects that they admit are checked here, too.
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
    // The `userId` parameter: if given, it must name the token's user.
    std::optional<std::string_view> user_id;
    // What the connect URL asks for; the parser of the URL has bounded their number.
    std::vector<TopicName> topics;
    // Whether forbidden topics are omitted instead of refusing the connect.
    bool partial = false;
};

struct ConnectGrant {
    Identity identity;
    // The user's own topic first, then the requested ones in their order, without repetitions.
    std::vector<TopicName> topics;
    // What was omitted from a partial request.
    std::vector<TopicName> refused{};
    // The connection token to use up before the connect is answered; nullopt: the request came with a JWT.
    std::optional<Uuid> connection_token{};
};

class Authorizer {
  public:
    Authorizer(JwtVerifier& verifier, const permissions::PermissionManager& permissions, const Clock& clock);

    // For HTTP: an empty token counts as missing, and connection tokens are refused.
    [[nodiscard]] AuthResult<Identity> authenticate(std::string_view token);

    // See JwtVerifier::keys_to_renew.
    [[nodiscard]] std::shared_ptr<const KeySet> keys_to_renew(const Refusal& refusal) const {
        return verifier_.keys_to_renew(refusal);
    }

    // Whether tokens can be judged at all, for /readyz.
    [[nodiscard]] bool has_keys() const { return verifier_.has_keys(); }

    // For an upgrade with a JWT, before it is answered. All topics or nothing, unless the request is partial.
    [[nodiscard]] AuthResult<ConnectGrant> connect(const ConnectRequest& request);
    // The same for an identity that TicketOffice has found.
    [[nodiscard]] AuthResult<ConnectGrant> connect_as(Identity identity, const ConnectRequest& request);

  private:
    JwtVerifier& verifier_;
    const permissions::PermissionManager& permissions_;
    const Clock& clock_;
};

}  // namespace notifyd::auth
