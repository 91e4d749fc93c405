// Why somebody was not let in: a sentence for the client, and a closed reason for the log and the metric.
// Owns: a sentence. Thread: any (values). Fails: never.
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
    algorithm,       // not in the operator's list, or not the key's
    unknown_key,     // no key of ours, or more than one that fits
    no_keys,         // the JWKS has not been fetched: nobody can tell
    signature,       // does not verify
    claims,          // not an object, or a duplicate claim
    no_expiry,       // no exp
    ill_typed_time,  // exp or nbf is not a time
    expired,
    not_yet_valid,  // nbf in the future
    issuer,
    audience,
    token_use,
    no_user_id,       // the claim that holds the user id is not there
    user_id,          // what it holds is no valid user id
    too_many_topics,  // the mapped claims name more topics than a user may claim
    other_user,       // the userId parameter is not the token's user
    topic,            // a topic without permission
    // Of connection tokens only.
    connection_token,  // where a JWT is wanted
    not_issued,        // not by this database, or forgotten
    used,
    revoked,
    unavailable,  // the database could not tell
};

// The `reason` of the auth_failed event: the enumerator's name.
[[nodiscard]] std::string_view to_string(AuthFailure failure);

struct Refusal {
    Error error;  // unauthorized; forbidden for a topic or another user; unavailable
    AuthFailure reason = AuthFailure::missing;
    // For the log: who it is, where the token's signature proves it; and the `kid` that no key has.
    std::string user{};
    std::string key{};
};

// What the log calls it. A cause that the permissions have given, such as a ban, says more than "topic".
[[nodiscard]] std::string_view reason_of(const Refusal& refusal);

// Of a token; the sentence tells no more than is harmless.
[[nodiscard]] Refusal refuse_token(AuthFailure reason);

// A value or a Refusal; used as a Result.
template <class T>
class [[nodiscard]] AuthResult : public boost::system::result<T, Refusal> {
  public:
    using boost::system::result<T, Refusal>::result;
};

}  // namespace notifyd::auth
