// Keys made by OpenSSL and hand-made tokens, good and bad.
#pragma once

#include "notifyd/core/base64url.hpp"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <array>
#include <memory>
#include <string>
#include <string_view>

namespace notifyd::testing {

inline constexpr std::string_view test_secret = "0123456789abcdef0123456789abcdef";

class TestKey {
  public:
    [[nodiscard]] static TestKey rsa(unsigned bits = 2048) { return TestKey(EVP_RSA_gen(bits)); }
    [[nodiscard]] static TestKey ec(const char* curve = "P-256") { return TestKey(EVP_EC_gen(curve)); }
    [[nodiscard]] static TestKey ed25519() { return TestKey(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")); }

    [[nodiscard]] static TestKey x25519() { return TestKey(EVP_PKEY_Q_keygen(nullptr, nullptr, "X25519")); }

    [[nodiscard]] std::string public_pem() const {
        return pem([&](BIO* bio) { PEM_write_bio_PUBKEY(bio, key_.get()); });
    }
    [[nodiscard]] std::string private_pem() const {
        return pem([&](BIO* bio) { PEM_write_bio_PrivateKey(bio, key_.get(), nullptr, nullptr, 0, nullptr, nullptr); });
    }

    // The members of a JWK, without braces.
    [[nodiscard]] std::string rsa_jwk() const {
        return R"("kty":"RSA","n":")" + number(OSSL_PKEY_PARAM_RSA_N, 0) + R"(","e":")" +
               number(OSSL_PKEY_PARAM_RSA_E, 0) + '"';
    }
    [[nodiscard]] std::string ec_jwk(int width = 32) const {
        return R"("kty":"EC","crv":")" + std::string(width == 32 ? "P-256" : "P-384") + R"(","x":")" +
               number(OSSL_PKEY_PARAM_EC_PUB_X, width) + R"(","y":")" + number(OSSL_PKEY_PARAM_EC_PUB_Y, width) + '"';
    }

    [[nodiscard]] std::string ed25519_jwk() const {
        std::string bytes(32, '\0');
        std::size_t size = bytes.size();
        EVP_PKEY_get_raw_public_key(key_.get(), reinterpret_cast<unsigned char*>(bytes.data()), &size);
        return R"("kty":"OKP","crv":"Ed25519","x":")" + base64url_encode(bytes) + '"';
    }

    // Ed25519 (no digest); RSA: PKCS #1 or PSS; EC: the two halves side by side, `half_bytes` each.
    [[nodiscard]] std::string sign(std::string_view input, const EVP_MD* digest, bool pss = false) const {
        const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
        EVP_PKEY_CTX* parameters = nullptr;
        EVP_DigestSignInit(context.get(), &parameters, digest, nullptr, key_.get());
        if (pss) {
            EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PSS_PADDING);
            EVP_PKEY_CTX_set_rsa_pss_saltlen(parameters, RSA_PSS_SALTLEN_DIGEST);
        }
        std::string signature(1024, '\0');
        std::size_t size = signature.size();
        EVP_DigestSign(context.get(),
                       reinterpret_cast<unsigned char*>(signature.data()),
                       &size,
                       reinterpret_cast<const unsigned char*>(input.data()),
                       input.size());
        signature.resize(size);
        return signature;
    }
    [[nodiscard]] std::string sign_ec(std::string_view input, const EVP_MD* digest, int half_bytes) const {
        const std::string der = sign(input, digest);
        const auto* at = reinterpret_cast<const unsigned char*>(der.data());
        const std::unique_ptr<ECDSA_SIG, decltype(&ECDSA_SIG_free)> halves(
            d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size())), ECDSA_SIG_free);
        std::string raw(static_cast<std::size_t>(2 * half_bytes), '\0');
        auto* out = reinterpret_cast<unsigned char*>(raw.data());
        BN_bn2binpad(ECDSA_SIG_get0_r(halves.get()), out, half_bytes);
        BN_bn2binpad(ECDSA_SIG_get0_s(halves.get()), out + half_bytes, half_bytes);
        return raw;
    }

  private:
    explicit TestKey(EVP_PKEY* key) : key_(key, EVP_PKEY_free) {}

    template <class Write>
    static std::string pem(Write write) {
        const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new(BIO_s_mem()), BIO_free);
        write(bio.get());
        char* text = nullptr;
        const long size = BIO_get_mem_data(bio.get(), &text);
        return {text, static_cast<std::size_t>(size)};
    }
    [[nodiscard]] std::string number(const char* name, int width) const {
        BIGNUM* raw = nullptr;
        EVP_PKEY_get_bn_param(key_.get(), name, &raw);
        const std::unique_ptr<BIGNUM, decltype(&BN_free)> value(raw, BN_free);
        std::string bytes(static_cast<std::size_t>(std::max(width, BN_num_bytes(raw))), '\0');
        BN_bn2binpad(raw, reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
        return base64url_encode(bytes);
    }

    std::shared_ptr<EVP_PKEY> key_;
};

inline std::string hmac_sha256(std::string_view secret, std::string_view input) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> code{};
    unsigned int size = 0;
    HMAC(EVP_sha256(),
         secret.data(),
         static_cast<int>(secret.size()),
         reinterpret_cast<const unsigned char*>(input.data()),
         input.size(),
         code.data(),
         &size);
    return {reinterpret_cast<const char*>(code.data()), size};
}

// Two RSA keys for tests that do not need a fresh one, because making them is slow.
inline const TestKey& first_rsa() {
    static const TestKey key = TestKey::rsa();
    return key;
}
inline const TestKey& second_rsa() {
    static const TestKey key = TestKey::rsa();
    return key;
}

// The first two parts of a token.
inline std::string signing_input(std::string_view header, std::string_view claims) {
    return base64url_encode(header) + '.' + base64url_encode(claims);
}
inline std::string with_signature(std::string input, std::string_view signature) {
    return input.append(1, '.').append(base64url_encode(signature));
}

inline std::string hs256_token(std::string_view claims,
                               std::string_view header = R"({"alg":"HS256","typ":"JWT"})",
                               std::string_view secret = test_secret) {
    const std::string input = signing_input(header, claims);
    return with_signature(input, hmac_sha256(secret, input));
}
inline std::string rs256_token(const TestKey& key,
                               std::string_view claims,
                               std::string_view header = R"({"alg":"RS256"})") {
    const std::string input = signing_input(header, claims);
    return with_signature(input, key.sign(input, EVP_sha256()));
}
inline std::string es256_token(const TestKey& key,
                               std::string_view claims,
                               std::string_view header = R"({"alg":"ES256"})") {
    const std::string input = signing_input(header, claims);
    return with_signature(input, key.sign_ec(input, EVP_sha256(), 32));
}

}  // namespace notifyd::testing
