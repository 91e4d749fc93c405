// One key to verify signatures with, and what it fits.
// Owns:   the key inside cjose.
// Thread: immutable once made; verifying with it is safe on several threads at once (cjose and OpenSSL only read it,
//         and it is never retained or released per token).
// Fails:  the makers give an Error with a sentence for the operator.
#pragma once

#include "notifyd/config/config.hpp"
#include "notifyd/core/result.hpp"

#include "cjose_handles.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace notifyd::auth {

enum class KeyType : std::uint8_t { secret, rsa, ec_p256, ec_p384 };

// nullopt: no key of ours verifies it yet (EdDSA).
[[nodiscard]] std::optional<KeyType> key_type_of(config::Algorithm algorithm);

class Key {
  public:
    // At least 32 bytes: a shorter secret can be guessed from one token.
    [[nodiscard]] static Result<Key> from_secret(std::string_view secret);
    // Big-endian numbers; the modulus has at least 2048 bits.
    [[nodiscard]] static Result<Key> from_rsa(std::string modulus, std::string exponent);
    // Checks that the point is on the curve. `type` is one of the EC types.
    [[nodiscard]] static Result<Key> from_ec(KeyType type, std::string x, std::string y);

    // From a JWKS: its name there, and the only algorithm it is for, if it says so.
    void set_kid(std::string kid) { kid_ = std::move(kid); }
    void set_algorithm(std::string name) { algorithm_ = std::move(name); }

    [[nodiscard]] KeyType type() const { return type_; }
    [[nodiscard]] const std::optional<std::string>& kid() const { return kid_; }
    [[nodiscard]] bool fits(config::Algorithm algorithm) const;
    // The signature must have exactly the length that the algorithm gives it.
    [[nodiscard]] bool verifies(cjose_jws_t& jws, std::size_t signature_bytes) const;

  private:
    Key(KeyType type, std::size_t signature_bytes, JwkHandle jwk)
        : type_(type), signature_bytes_(signature_bytes), jwk_(std::move(jwk)) {}

    KeyType type_;
    std::size_t signature_bytes_;
    JwkHandle jwk_;
    std::optional<std::string> kid_;
    std::optional<std::string> algorithm_;
};

// Of a PEM public key (RSA, EC P-256 or P-384).
[[nodiscard]] Result<Key> read_public_key_pem(std::string_view pem);

// Of a JWKS (RFC 7517). Keys that are not for signatures, and kinds that are not ours, are passed over.
[[nodiscard]] Result<std::vector<Key>> read_jwks(std::string_view json);

}  // namespace notifyd::auth
