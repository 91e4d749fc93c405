// A PEM public key, read by OpenSSL.
#include "key.hpp"

#include <climits>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <memory>

namespace notifyd::auth {

namespace {

template <auto free_function>
struct FreeWith {
    template <class T>
    void operator()(T* handle) const {
        free_function(handle);
    }
};

using PkeyHandle = std::unique_ptr<EVP_PKEY, FreeWith<EVP_PKEY_free>>;
using BioHandle = std::unique_ptr<BIO, FreeWith<BIO_free>>;
using NumberHandle = std::unique_ptr<BIGNUM, FreeWith<BN_free>>;

Error bad_pem(std::string sentence) {
    return {Errc::invalid_request, std::move(sentence)};
}

// A PEM file that asks for a passphrase is not a public key.
int no_passphrase(char*, int, int, void*) {
    return -1;
}

// Big-endian, padded to `width` bytes; empty when the key has no such number.
std::string number_of(const EVP_PKEY& key, const char* name, std::size_t width) {
    BIGNUM* raw = nullptr;
    if (EVP_PKEY_get_bn_param(&key, name, &raw) != 1) return {};
    const NumberHandle number(raw);
    const std::size_t bytes = static_cast<std::size_t>(BN_num_bytes(number.get()));
    std::string text(std::max(bytes, width), '\0');
    BN_bn2binpad(number.get(), reinterpret_cast<unsigned char*>(text.data()), static_cast<int>(text.size()));
    return text;
}

Result<Key> ec_key(const EVP_PKEY& key) {
    char group[64] = {};
    std::size_t length = 0;
    if (EVP_PKEY_get_group_name(&key, group, sizeof group, &length) != 1) return bad_pem("is not a valid EC key");
    const std::string_view name(group, length);
    const bool is_p256 = name == "prime256v1" || name == "P-256";
    const bool is_p384 = name == "secp384r1" || name == "P-384";
    if (!is_p256 && !is_p384) return bad_pem("is an EC key that is neither P-256 nor P-384");
    const std::size_t width = is_p256 ? 32 : 48;
    return Key::from_ec(is_p256 ? KeyType::ec_p256 : KeyType::ec_p384,
                        number_of(key, OSSL_PKEY_PARAM_EC_PUB_X, width),
                        number_of(key, OSSL_PKEY_PARAM_EC_PUB_Y, width));
}

}  // namespace

Result<Key> read_public_key_pem(std::string_view pem) {
    if (pem.find("PRIVATE KEY") != std::string_view::npos) return bad_pem("holds a private key; give the public one");
    if (pem.size() > INT_MAX) return bad_pem("is too big");
    const BioHandle bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    const PkeyHandle key(bio ? PEM_read_bio_PUBKEY(bio.get(), nullptr, no_passphrase, nullptr) : nullptr);
    ERR_clear_error();
    if (!key) return bad_pem("is not a PEM public key");
    switch (EVP_PKEY_get_base_id(key.get())) {
        case EVP_PKEY_RSA:
            return Key::from_rsa(number_of(*key, OSSL_PKEY_PARAM_RSA_N, 0), number_of(*key, OSSL_PKEY_PARAM_RSA_E, 0));
        case EVP_PKEY_EC:
            return ec_key(*key);
        default:
            return bad_pem("is a public key of an unsupported kind; RSA, EC P-256 and EC P-384 are supported");
    }
}

}  // namespace notifyd::auth
