// Names the reasons, and decides what a client learns of them.
#include "notifyd/auth/auth_result.hpp"

#include <chrono>
#include <utility>

namespace notifyd::auth {

namespace {

// Failed fetches are retried within a minute, the first ones within seconds.
constexpr std::chrono::seconds keys_retry_after{5};

}  // namespace

std::string_view to_string(AuthFailure failure) {
    switch (failure) {
        case AuthFailure::missing:
            return "missing";
        case AuthFailure::too_long:
            return "too_long";
        case AuthFailure::malformed:
            return "malformed";
        case AuthFailure::critical:
            return "critical";
        case AuthFailure::algorithm:
            return "algorithm";
        case AuthFailure::unknown_key:
            return "unknown_key";
        case AuthFailure::no_keys:
            return "no_keys";
        case AuthFailure::signature:
            return "signature";
        case AuthFailure::claims:
            return "claims";
        case AuthFailure::no_expiry:
            return "no_expiry";
        case AuthFailure::ill_typed_time:
            return "ill_typed_time";
        case AuthFailure::expired:
            return "expired";
        case AuthFailure::not_yet_valid:
            return "not_yet_valid";
        case AuthFailure::issuer:
            return "issuer";
        case AuthFailure::audience:
            return "audience";
        case AuthFailure::token_use:
            return "token_use";
        case AuthFailure::no_user_id:
            return "no_user_id";
        case AuthFailure::user_id:
            return "user_id";
        case AuthFailure::too_many_topics:
            return "too_many_topics";
        case AuthFailure::other_user:
            return "other_user";
        case AuthFailure::topic:
            return "topic";
        case AuthFailure::connection_token:
            return "connection_token";
        case AuthFailure::not_issued:
            return "not_issued";
        case AuthFailure::used:
            return "used";
        case AuthFailure::revoked:
            return "revoked";
        case AuthFailure::unavailable:
            return "unavailable";
    }
    return "malformed";
}

std::string_view reason_of(const Refusal& refusal) {
    return refusal.error.cause.empty() ? to_string(refusal.reason) : refusal.error.cause;
}

Refusal refuse_token(AuthFailure reason) {
    if (reason == AuthFailure::missing) return {{Errc::unauthorized, "Token is missing"}, reason};
    if (reason == AuthFailure::expired) return {{Errc::unauthorized, "Token has expired"}, reason};
    if (reason == AuthFailure::no_keys) {
        Error error(Errc::unavailable, "The identity provider's keys are not loaded yet: please try again");
        error.retry_after = keys_retry_after;
        return {std::move(error), reason};
    }
    return {{Errc::unauthorized, "Token is invalid"}, reason};
}

}  // namespace notifyd::auth
