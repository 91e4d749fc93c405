// Names of the reasons.
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
    }
    return "malformed";
}

}  // namespace notifyd::auth
