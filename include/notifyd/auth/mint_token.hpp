// Makes a development JWT, HS256, for `notifyd token`.
// Owns: nothing. Thread: any. Fails: throws where OpenSSL has no HMAC: the command line only.
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
    // As configured, so that the token fits: the claim that holds the user id, the issuer (empty: left out) and the
    // audience (none: left out).
    std::string user_claim = "sub";
    std::string issuer;
    std::vector<std::string> audience;
};

// Carries iat, exp and a random jti besides.
[[nodiscard]] std::string mint_token(std::string_view secret, const MintRequest& request, EpochMs now, IdSource& ids);

}  // namespace notifyd::auth
