// A compact JWS, taken apart but not believed yet.
// Owns:   the decoded parts; `signed_text` points into the token.
// Thread: one.
// Fails:  parse gives nullopt for anything that is not strictly three base64url parts with a header that we accept.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace notifyd::auth {

struct SignedToken {
    [[nodiscard]] static std::optional<SignedToken> parse(std::string_view token);

    // It has extensions that must be understood: none is.
    bool is_critical = false;
    std::string algorithm;
    std::optional<std::string> kid;
    std::string_view signed_text;
    std::string signature;
    // To be read only after the signature was verified.
    std::string payload;
};

}  // namespace notifyd::auth
