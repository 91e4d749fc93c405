// A key that verifies signatures, and which algorithms it fits.
// Owns:   the secret, or the public key inside OpenSSL.
// Thread: immutable once made; several threads may verify with it at once.
// Fails:  the factory functions return an Error with a message for the operator.
#pragma once

#include "notifyd/auth/key_set.hpp"
#include "notifyd/config/config.hpp"
#include "notifyd/core/result.hpp"

#include "openssl_handles.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace notifyd::auth {

enum class KeyType : std::uint8_t { secret, rsa, ec_p256, ec_p384, ed25519 };

[[nodiscard]] KeyType key_type_of(config::Algorithm algorithm);

class Key {
  public:
    // At least 32 bytes: a shorter secret can be brute-forced from a single token.
    [[nodiscard]] static Result<Key> from_secret(std::string_view secret);
    // RSA of at least 2048 bits, EC on P-256 or P-384 (with the point on the curve), or Ed25519.
    [[nodiscard]] static Result<Key> from_public_key(PkeyHandle key);

    // For keys of a JWKS: whose tokens the key is for ("": anyone's), its name, and the only algorithm it is for, if it
    // states one. A name is meaningful only together with its issuer, because two issuers may use the same name.
    void set_issuer(std::string issuer) { issuer_ = std::move(issuer); }
    void set_kid(std::string kid) { kid_ = std::move(kid); }
    void set_algorithm(std::string name) { algorithm_ = std::move(name); }

    [[nodiscard]] KeyType type() const { return type_; }
    [[nodiscard]] const std::string& issuer() const { return issuer_; }
    [[nodiscard]] const std::optional<std::string>& kid() const { return kid_; }
    [[nodiscard]] const std::optional<std::string>& algorithm() const { return algorithm_; }
    [[nodiscard]] bool fits(config::Algorithm algorithm) const;
    // Requires an algorithm that fits. The signature must have exactly the length that the algorithm prescribes.
    [[nodiscard]] bool verifies(config::Algorithm algorithm, std::string_view text, std::string_view signature) const;

  private:
    Key(KeyType type, std::size_t signature_bytes) : type_(type), signature_bytes_(signature_bytes) {}

    KeyType type_;
    std::size_t signature_bytes_;
    std::string secret_;
    PkeyHandle public_key_;
    std::string issuer_;
    std::optional<std::string> kid_;
    std::optional<std::string> algorithm_;
};

// Reads a PEM public key (RSA, EC P-256 or P-384, Ed25519).
[[nodiscard]] Result<Key> read_public_key_pem(std::string_view pem);

struct JwksReading {
    std::vector<Key> keys;  // at most 100, and never two that a token could both mean
    std::vector<SkippedKey> skipped;
};

// Reads a JWKS (RFC 7517, RFC 8037). An unusable entry does not affect the others. Keys that are not for signatures are
// ignored silently.
[[nodiscard]] Result<JwksReading> read_jwks(std::string_view json);

}  // namespace notifyd::auth
