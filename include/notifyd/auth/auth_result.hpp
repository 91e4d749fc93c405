// Why a caller was refused: a message for the client, and one of a closed set of reasons for the log and the metrics.
#pragma once

#include "notifyd/core/error.hpp"

#include <boost/system/result.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace notifyd::auth {

enum class AuthFailure : std::uint8_t {
    missing,         // no token
    too_long,        // more than 8 KiB
    malformed,       // neither a compact JWS nor a connection token: dots, base64url, header
    critical,        // the header names extensions that must be understood (`crit`)
    algorithm,       // not in the operator's list, or does not fit the key
    unknown_key,     // none of our keys fits, or more than one does
    no_keys,         // the JWKS has not been fetched, so the token cannot be judged
    signature,       // does not verify
    claims,          // not an object, or a duplicate claim
    no_expiry,       // no exp
    ill_typed_time,  // exp or nbf is not a time
    expired,
    not_yet_valid,  // nbf in the future
    issuer,
    audience,
    token_use,
    no_user_id,       // the claim that holds the user id is missing
    user_id,          // its value is not a valid user id
    too_many_topics,  // the mapped claims name more topics than a user may claim
    other_user,       // the userId parameter differs from the token's user
    topic,            // no permission for a topic
    // For connection tokens only.
    connection_token,  // used where a JWT is required
    not_issued,        // not issued by this database, or no longer known
    used,
    revoked,
    unavailable,  // the database could not be asked
};

// The `reason` of the auth_failed event: the enumerator's name.
[[nodiscard]] std::string_view to_string(AuthFailure failure);

struct Refusal {
    Error error;  // unauthorized; forbidden for a topic or another user; unavailable
    AuthFailure reason = AuthFailure::missing;
    // For the log: the user, if the token's signature proves it, and the `kid` that no key matches.
    std::string user{};
    std::string key{};
};

// The reason as the log names it. A cause from the permissions, such as a ban, says more than "topic".
[[nodiscard]] std::string_view reason_of(const Refusal& refusal);

// Refuses a token, with a message that does not help an attacker.
[[nodiscard]] Refusal refuse_token(AuthFailure reason);

// A value or a Refusal; used like a Result.
template <class T>
class [[nodiscard]] AuthResult : public boost::system::result<T, Refusal> {
  public:
    using boost::system::result<T, Refusal>::result;
};

}  // namespace notifyd::auth
