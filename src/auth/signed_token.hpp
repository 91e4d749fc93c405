// A compact JWS, split into its parts but not yet trusted.
// Owns:   the decoded parts; `signed_text` points into the token.
// Fails:  parse returns nullopt for anything but exactly three base64url parts with an acceptable header.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace notifyd::auth {

struct SignedToken {
    [[nodiscard]] static std::optional<SignedToken> parse(std::string_view token);

    // The header names extensions that must be understood (`crit`); we understand none.
    bool is_critical = false;
    std::string algorithm;
    std::optional<std::string> kid;
    std::string_view signed_text;
    std::string signature;
    // Read this only after verifying the signature.
    std::string payload;
};

}  // namespace notifyd::auth
