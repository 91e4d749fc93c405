// What keys must satisfy, and the only place where signatures are verified.
#include "key.hpp"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/hmac.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <array>

namespace notifyd::auth {

namespace {

constexpr std::size_t secret_bytes_min = 32;
constexpr int rsa_bits_min = 2048;
// Bounds the duration of a verification.
constexpr int rsa_bits_max = 8192;
constexpr std::size_t hs256_signature_bytes = 32;
constexpr std::size_t ed25519_signature_bytes = 64;

Error bad_key(std::string message) {
    return {Errc::invalid_request, std::move(message)};
}

const unsigned char* bytes_of(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

bool has_good_exponent(const EVP_PKEY& key) {
    BIGNUM* raw = nullptr;
    if (EVP_PKEY_get_bn_param(&key, OSSL_PKEY_PARAM_RSA_E, &raw) != 1) return false;
    const NumberHandle exponent(raw);
    // With an exponent of 1, anybody could sign.
    return BN_is_odd(exponent.get()) == 1 && BN_is_one(exponent.get()) != 1 && BN_is_negative(exponent.get()) != 1;
}

std::optional<KeyType> curve_of(const EVP_PKEY& key) {
    char group[64] = {};
    std::size_t length = 0;
    if (EVP_PKEY_get_group_name(&key, group, sizeof group, &length) != 1) return std::nullopt;
    const std::string_view name(group, length);
    if (name == "prime256v1" || name == "P-256") return KeyType::ec_p256;
    if (name == "secp384r1" || name == "P-384") return KeyType::ec_p384;
    return std::nullopt;
}

// OpenSSL expects an EC signature in DER, while a token contains its two halves side by side (RFC 7518 §3.4).
std::string der_of(std::string_view halves) {
    const std::size_t half = halves.size() / 2;
    NumberHandle r(BN_bin2bn(bytes_of(halves), static_cast<int>(half), nullptr));
    NumberHandle s(BN_bin2bn(bytes_of(halves) + half, static_cast<int>(half), nullptr));
    const EcSignatureHandle signature(ECDSA_SIG_new());
    if (!r || !s || !signature || ECDSA_SIG_set0(signature.get(), r.get(), s.get()) != 1) return {};
    static_cast<void>(r.release());
    static_cast<void>(s.release());
    unsigned char* raw = nullptr;
    const int size = i2d_ECDSA_SIG(signature.get(), &raw);
    if (size <= 0) return {};
    std::string der(reinterpret_cast<const char*>(raw), static_cast<std::size_t>(size));
    OPENSSL_free(raw);
    return der;
}

bool hmac_matches(std::string_view secret, std::string_view text, std::string_view signature) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> code{};
    unsigned int size = 0;
    const unsigned char* made = HMAC(
        EVP_sha256(), secret.data(), static_cast<int>(secret.size()), bytes_of(text), text.size(), code.data(), &size);
    return made != nullptr && size == signature.size() && CRYPTO_memcmp(made, signature.data(), size) == 0;
}

// nullptr: the algorithm includes its own hash.
const char* digest_name(config::Algorithm algorithm) {
    switch (algorithm) {
        case config::Algorithm::hs256:
        case config::Algorithm::rs256:
        case config::Algorithm::ps256:
        case config::Algorithm::es256:
            return "SHA256";
        case config::Algorithm::rs384:
        case config::Algorithm::es384:
            return "SHA384";
        case config::Algorithm::rs512:
            return "SHA512";
        case config::Algorithm::eddsa:
            return nullptr;
    }
    return nullptr;
}

bool public_key_verifies(EVP_PKEY* key,
                         config::Algorithm algorithm,
                         std::string_view text,
                         std::string_view signature) {
    const DigestContextHandle context(EVP_MD_CTX_new());
    EVP_PKEY_CTX* parameters = nullptr;  // owned by the context
    if (!context || EVP_DigestVerifyInit_ex(
                        context.get(), &parameters, digest_name(algorithm), nullptr, nullptr, key, nullptr) != 1) {
        return false;
    }
    // RFC 7518 §3.5: the salt is as long as the digest.
    if (algorithm == config::Algorithm::ps256 &&
        (EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PSS_PADDING) != 1 ||
         EVP_PKEY_CTX_set_rsa_pss_saltlen(parameters, RSA_PSS_SALTLEN_DIGEST) != 1)) {
        return false;
    }
    return EVP_DigestVerify(context.get(), bytes_of(signature), signature.size(), bytes_of(text), text.size()) == 1;
}

// The little-endian encodings, canonical or not, of the y of points whose order divides 8: for such a key, anybody can
// make signatures. The list is that of libsodium's ge25519_has_small_order.
constexpr std::array<std::string_view, 7> small_order_points{
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"};

bool has_small_order(const EVP_PKEY& key) {
    std::array<unsigned char, 32> point{};
    std::size_t bytes = point.size();
    if (EVP_PKEY_get_raw_public_key(&key, point.data(), &bytes) != 1 || bytes != point.size()) return true;
    point.back() &= 0x7F;  // clear the sign of x
    std::string hex;
    for (const unsigned char byte : point) {
        hex += "0123456789abcdef"[byte >> 4U];
        hex += "0123456789abcdef"[byte & 0x0FU];
    }
    return std::ranges::find(small_order_points, hex) != small_order_points.end();
}

}  // namespace

KeyType key_type_of(config::Algorithm algorithm) {
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
            return KeyType::ed25519;
    }
    return KeyType::secret;
}

Result<Key> Key::from_secret(std::string_view secret) {
    if (secret.size() < secret_bytes_min) return bad_key("must have at least 32 bytes");
    Key key(KeyType::secret, hs256_signature_bytes);
    key.secret_ = secret;
    return key;
}

Result<Key> Key::from_public_key(PkeyHandle handle) {
    const auto made = [&handle](KeyType type, std::size_t signature_bytes) {
        Key key(type, signature_bytes);
        key.public_key_ = std::move(handle);
        return key;
    };
    switch (EVP_PKEY_get_base_id(handle.get())) {
        case EVP_PKEY_RSA: {
            const int bits = EVP_PKEY_get_bits(handle.get());
            if (bits < rsa_bits_min || bits > rsa_bits_max) {
                return bad_key("is an RSA key of " + std::to_string(bits) + " bits; it must have 2048 to 8192");
            }
            if (!has_good_exponent(*handle)) return bad_key("is an RSA key with a bad exponent");
            return made(KeyType::rsa, static_cast<std::size_t>((bits + 7) / 8));
        }
        case EVP_PKEY_EC: {
            const std::optional<KeyType> curve = curve_of(*handle);
            if (!curve) return bad_key("is an EC key that is neither P-256 nor P-384");
            const PkeyContextHandle check(EVP_PKEY_CTX_new_from_pkey(nullptr, handle.get(), nullptr));
            const bool sound = check && EVP_PKEY_public_check(check.get()) == 1;
            ERR_clear_error();
            if (!sound) return bad_key("is not a valid EC key");
            return made(*curve, *curve == KeyType::ec_p256 ? 64 : 96);
        }
        case EVP_PKEY_ED25519:
            if (has_small_order(*handle))
                return bad_key("is an Ed25519 key of small order, for which anyone can forge signatures");
            return made(KeyType::ed25519, ed25519_signature_bytes);
        default:
            return bad_key(
                "is a public key of an unsupported kind; RSA, EC P-256 and P-384, and Ed25519 are supported");
    }
}

bool Key::fits(config::Algorithm algorithm) const {
    return key_type_of(algorithm) == type_ && (!algorithm_ || *algorithm_ == config::to_string(algorithm));
}

bool Key::verifies(config::Algorithm algorithm, std::string_view text, std::string_view signature) const {
    if (!fits(algorithm) || signature.size() != signature_bytes_) return false;
    if (type_ == KeyType::secret) return hmac_matches(secret_, text, signature);
    const bool is_ec = type_ == KeyType::ec_p256 || type_ == KeyType::ec_p384;
    const std::string der = is_ec ? der_of(signature) : std::string();
    const bool verified = public_key_verifies(public_key_.get(), algorithm, text, is_ec ? der : signature);
    // The next call on this thread would mistake the error that a bad signature leaves behind for a TLS error.
    if (!verified) ERR_clear_error();
    return verified;
}

}  // namespace notifyd::auth
