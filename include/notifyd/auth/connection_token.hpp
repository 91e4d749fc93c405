// The text of a single-use token for a WebSocket connect (docs/protocol.md#single-use-tokens):
// base64url(payload).base64url(HMAC-SHA256). The payload is {userId, issuedAt, expiresAt, tokenId, allowedChannels?}
// with times in epoch ms; the HMAC is over the encoded payload. It differs from a JWT by having one dot. A JWT's
// signature covers a text with a dot, which an encoded payload never has, so neither passes for the other even with the
// same secret.
// Fails:  verify with a reason, whatever the text contains; encode throws if OpenSSL has no HMAC.
#pragma once

#include "notifyd/auth/auth_result.hpp"
#include "notifyd/core/clock.hpp"
#include "notifyd/core/ids.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace notifyd::auth {

struct ConnectionToken {
    Uuid id;
    UserId user;
    EpochMs issued_at = 0;
    EpochMs expires_at = 0;
    std::optional<std::vector<std::string>> allowed_channels{};  // nullopt: all channels
};

// The longest plausible lifetime, which is also the maximum of tokens.ttl.
inline constexpr Milliseconds connection_token_life_max = std::chrono::hours(24);

// Whether it has the form of a connection token: exactly one dot. Verifies nothing.
[[nodiscard]] bool is_connection_token(std::string_view text);

[[nodiscard]] std::string encode_connection_token(const ConnectionToken& token, std::string_view secret);

struct ConnectionTokenRules {
    std::string_view secret;           // empty: no token is accepted
    std::string_view previous_secret;  // empty: there is none
};

// Verifies that the token was signed with one of the secrets, not that it is unused or unexpired: its times come from
// the wall clock, which may have been set since, so the row stored with it decides.
[[nodiscard]] AuthResult<ConnectionToken> verify_connection_token(std::string_view text,
                                                                  const ConnectionTokenRules& rules);

}  // namespace notifyd::auth
