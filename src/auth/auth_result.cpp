// Names of the reasons, and what a client is told of them.
#include "notifyd/auth/auth_result.hpp"

namespace notifyd::auth {

std::string_view to_string(AuthFailure failure) {
    switch (failure) {
        case AuthFailure::missing:
            return "missing";
        case AuthFailure::malformed:
            return "malformed";
        case AuthFailure::algorithm:
            return "algorithm";
        case AuthFailure::unknown_key:
            return "unknown_key";
        case AuthFailure::signature:
            return "signature";
        case AuthFailure::claims:
            return "claims";
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
        case AuthFailure::user_id:
            return "user_id";
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

Refusal refuse_token(AuthFailure reason) {
    if (reason == AuthFailure::missing) return {{Errc::unauthorized, "Token is missing"}, reason};
    if (reason == AuthFailure::expired) return {{Errc::unauthorized, "Token has expired"}, reason};
    return {{Errc::unauthorized, "Token is invalid"}, reason};
}

}  // namespace notifyd::auth
