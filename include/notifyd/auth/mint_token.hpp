// Makes a development JWT (HS256) for `notifyd token`.
// Fails:  throws if OpenSSL has no HMAC.
#pragma once

#include "notifyd/core/clock.hpp"
#include "notifyd/core/ids.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace notifyd::auth {

struct MintRequest {
    UserId user;
    std::vector<std::string> scopes;
    std::chrono::milliseconds ttl{};
    // From the configuration, so that the token is accepted: the claim that holds the user id, the issuer (empty:
    // omitted) and the audience (none: omitted).
    std::string user_claim = "sub";
    std::string issuer;
    std::vector<std::string> audience;
};

// Also contains iat, exp and a random jti.
[[nodiscard]] std::string mint_token(std::string_view secret, const MintRequest& request, EpochMs now, IdSource& ids);

}  // namespace notifyd::auth
