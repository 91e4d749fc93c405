// Keys into cjose, and signatures out of it.
#include "key.hpp"

#include <openssl/err.h>

#include <bit>

namespace notifyd::auth {

namespace {

constexpr std::size_t secret_bytes_min = 32;
constexpr std::size_t rsa_bits_min = 2048;
// Bounds the time that one verification takes.
constexpr std::size_t rsa_bits_max = 8192;
constexpr std::size_t hs256_signature_bytes = 32;

Error bad_key(std::string sentence) {
    return {Errc::invalid_request, std::move(sentence)};
}

std::uint8_t* bytes_of(std::string& text) {
    return reinterpret_cast<std::uint8_t*>(text.data());
}

void cut_leading_zeros(std::string& number) {
    number.erase(0, number.find_first_not_of('\0'));
}

// Of a number without leading zeros.
std::size_t bits_of(const std::string& number) {
    if (number.empty()) return 0;
    return (number.size() - 1) * 8 + static_cast<std::size_t>(std::bit_width(static_cast<std::uint8_t>(number[0])));
}

}  // namespace

std::optional<KeyType> key_type_of(config::Algorithm algorithm) {
    switch (algorithm) {
        case config::Algorithm::hs256:
            return KeyType::secret;
        case config::Algorithm::rs256:
        case config::Algorithm::rs384:
        case config::Algorithm::rs512:
        case config::Algorithm::ps256:
            return KeyType::rsa;
        case config::Algorithm::es256:
            return KeyType::ec_p256;
        case config::Algorithm::es384:
            return KeyType::ec_p384;
        case config::Algorithm::eddsa:
            return std::nullopt;
    }
    return std::nullopt;
}

Result<Key> Key::from_secret(std::string_view secret) {
    if (secret.size() < secret_bytes_min) return bad_key("must have at least 32 bytes");
    cjose_err error{};
    JwkHandle jwk(
        cjose_jwk_create_oct_spec(reinterpret_cast<const std::uint8_t*>(secret.data()), secret.size(), &error));
    if (!jwk) return bad_key("cannot be used as a key");
    return Key(KeyType::secret, hs256_signature_bytes, std::move(jwk));
}

Result<Key> Key::from_rsa(std::string modulus, std::string exponent) {
    cut_leading_zeros(modulus);
    cut_leading_zeros(exponent);
    const std::size_t bits = bits_of(modulus);
    if (bits < rsa_bits_min || bits > rsa_bits_max) {
        return bad_key("is an RSA key of " + std::to_string(bits) + " bits; it must have 2048 to 8192");
    }
    // With the exponent 1 anybody could sign.
    const bool is_odd = !exponent.empty() && (static_cast<std::uint8_t>(exponent.back()) & 1U) != 0;
    if (!is_odd || exponent == "\x01") return bad_key("is an RSA key with a bad exponent");

    cjose_jwk_rsa_keyspec spec{};
    spec.n = bytes_of(modulus);
    spec.nlen = modulus.size();
    spec.e = bytes_of(exponent);
    spec.elen = exponent.size();
    cjose_err error{};
    JwkHandle jwk(cjose_jwk_create_RSA_spec(&spec, &error));
    ERR_clear_error();
    if (!jwk) return bad_key("is not a valid RSA key");
    return Key(KeyType::rsa, modulus.size(), std::move(jwk));
}

Result<Key> Key::from_ec(KeyType type, std::string x, std::string y) {
    const bool is_p256 = type == KeyType::ec_p256;
    const std::size_t coordinate_bytes = is_p256 ? 32 : 48;
    if (x.size() != coordinate_bytes || y.size() != coordinate_bytes) return bad_key("is not a valid EC key");
    cjose_jwk_ec_keyspec spec{};
    spec.crv = is_p256 ? CJOSE_JWK_EC_P_256 : CJOSE_JWK_EC_P_384;
    spec.x = bytes_of(x);
    spec.xlen = x.size();
    spec.y = bytes_of(y);
    spec.ylen = y.size();
    cjose_err error{};
    JwkHandle jwk(cjose_jwk_create_EC_spec(&spec, &error));
    ERR_clear_error();
    if (!jwk) return bad_key("is not a valid EC key");
    return Key(type, 2 * coordinate_bytes, std::move(jwk));
}

bool Key::fits(config::Algorithm algorithm) const {
    return key_type_of(algorithm) == type_ && (!algorithm_ || *algorithm_ == config::to_string(algorithm));
}

bool Key::verifies(cjose_jws_t& jws, std::size_t signature_bytes) const {
    // Not left to cjose, which takes the length of the halves of an EC signature from the signature.
    if (signature_bytes != signature_bytes_) return false;
    cjose_err error{};
    const bool verified = cjose_jws_verify(&jws, jwk_.get(), &error);
    // What a bad signature leaves behind would be taken for a TLS error by the next call on this thread.
    if (!verified) ERR_clear_error();
    return verified;
}

}  // namespace notifyd::auth
