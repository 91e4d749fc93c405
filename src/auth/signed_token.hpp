// A compact JWS, taken apart but not believed yet.
// Owns:   what cjose parsed; `algorithm` and `kid` point into it.
// Thread: one.
// Fails:  parse gives nullopt for anything that is not strictly three base64url parts with a header that we accept.
#pragma once

#include "cjose_handles.hpp"

#include <cstddef>
#include <optional>
#include <string_view>

namespace notifyd::auth {

class SignedToken {
  public:
    [[nodiscard]] static std::optional<SignedToken> parse(std::string_view token);

    // From the parse that the signature is verified with: there is no second reader to disagree with it.
    [[nodiscard]] std::string_view algorithm() const { return algorithm_; }
    [[nodiscard]] const std::optional<std::string_view>& kid() const { return kid_; }
    [[nodiscard]] std::size_t signature_bytes() const { return signature_bytes_; }
    [[nodiscard]] cjose_jws_t& jws() { return *jws_; }
    // The bytes that were signed; to be read only after the signature was verified.
    [[nodiscard]] std::string_view payload() const;

  private:
    SignedToken(JwsHandle jws, std::size_t signature_bytes) : jws_(std::move(jws)), signature_bytes_(signature_bytes) {}
    [[nodiscard]] bool read_header();

    JwsHandle jws_;
    std::size_t signature_bytes_;
    std::string_view algorithm_;
    std::optional<std::string_view> kid_;
};

}  // namespace notifyd::auth
