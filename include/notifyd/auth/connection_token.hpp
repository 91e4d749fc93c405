// The single-use token of a WebSocket connect as text (docs/protocol.md#single-use-tokens):
// base64url(payload).base64url(HMAC-SHA256), the payload {userId, issuedAt, expiresAt, tokenId, allowedChannels?} with
// times in epoch ms, the HMAC over the encoded payload. One dot tells it from a JWT, whose signature is over a text
// with a dot, which an encoded payload never has: even with the same secret neither passes for the other.
// Owns:   its values. Thread: any.
// Fails:  verify with a reason, whatever the text holds; encode throws where OpenSSL has no HMAC.
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
    std::optional<std::vector<std::string>> allowed_channels{};  // nullopt: not limited
};

// The longest life that is believed, which is the bound of tokens.ttl.
inline constexpr Milliseconds connection_token_life_max = std::chrono::hours(24);

// Whether it is one by its form: exactly one dot. Nothing is checked.
[[nodiscard]] bool is_connection_token(std::string_view text);

[[nodiscard]] std::string encode_connection_token(const ConnectionToken& token, std::string_view secret);

struct ConnectionTokenRules {
    std::string_view secret;           // empty: none is accepted
    std::string_view previous_secret;  // empty: there is none
};

// Checks that it was made with one of the secrets; not that it is unused, nor that its time has not passed: its times
// are the wall clock's, which may have been set since, so the row that was stored with it decides.
[[nodiscard]] AuthResult<ConnectionToken> verify_connection_token(std::string_view text,
                                                                  const ConnectionTokenRules& rules);

}  // namespace notifyd::auth
