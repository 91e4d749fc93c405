// Names of the config's closed lists.
#include "notifyd/config/config.hpp"

namespace notifyd::config {

std::string_view to_string(Algorithm algorithm) {
    switch (algorithm) {
        case Algorithm::hs256:
            return "HS256";
        case Algorithm::rs256:
            return "RS256";
        case Algorithm::rs384:
            return "RS384";
        case Algorithm::rs512:
            return "RS512";
        case Algorithm::ps256:
            return "PS256";
        case Algorithm::es256:
            return "ES256";
        case Algorithm::es384:
            return "ES384";
        case Algorithm::eddsa:
            return "EdDSA";
    }
    return "";
}

}  // namespace notifyd::config
