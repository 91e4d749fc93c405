// Provides OpenSSL with keys by name, for AES-256-CBC and HMAC-SHA256 (RFC 5077 §4).
#include "tls/tls_session_keys.hpp"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <algorithm>
#include <stdexcept>

namespace notifyd::gateway {

namespace {

// The return values that SSL_CTX_set_tlsext_ticket_key_evp_cb defines.
constexpr int failed = -1;
constexpr int no_key = 0;  // leads to a full handshake
constexpr int as_it_is = 1;
constexpr int renew = 2;  // opened, and the client gets a new one

template <std::size_t size>
void fill_random(std::array<unsigned char, size>& bytes) {
    if (RAND_bytes(bytes.data(), static_cast<int>(size)) != 1) throw std::runtime_error("no random numbers");
}

bool set_mac_key(EVP_MAC_CTX* mac, const TlsSessionKey& key) {
    std::array<unsigned char, 32> copy = key.mac;
    char digest[] = "SHA256";
    const OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, copy.data(), copy.size()),
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
        OSSL_PARAM_construct_end(),
    };
    const bool set = EVP_MAC_CTX_set_params(mac, parameters) == 1;
    OPENSSL_cleanse(copy.data(), copy.size());
    return set;
}

int seal(const TlsSessionKey& key, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac) {
    std::copy(key.name.begin(), key.name.end(), name);
    if (RAND_bytes(iv, EVP_CIPHER_get_iv_length(EVP_aes_256_cbc())) != 1) return failed;
    const bool ready = EVP_EncryptInit_ex(cipher, EVP_aes_256_cbc(), nullptr, key.cipher.data(), iv) == 1;
    return ready && set_mac_key(mac, key) ? as_it_is : failed;
}

int session_ticket_key(
    SSL* ssl, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac, int sealing) {
    const auto* keys = static_cast<const TlsSessionKeys*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)));
    if (sealing == 1) return seal(keys->current(), name, iv, cipher, mac);
    const TlsSessionKey* key = keys->find(std::span<const unsigned char, 16>(name, 16));
    if (key == nullptr) return no_key;
    const bool ready = EVP_DecryptInit_ex(cipher, EVP_aes_256_cbc(), nullptr, key->cipher.data(), iv) == 1;
    if (!ready || !set_mac_key(mac, *key)) return failed;
    // A TLS 1.3 client uses a session ticket only once, and one of the previous key will not be valid for long.
    return key != &keys->current() || SSL_version(ssl) >= TLS1_3_VERSION ? renew : as_it_is;
}

}  // namespace

TlsSessionKey TlsSessionKey::random() {
    TlsSessionKey key;
    fill_random(key.name);
    fill_random(key.cipher);
    fill_random(key.mac);
    return key;
}

TlsSessionKey::~TlsSessionKey() {
    OPENSSL_cleanse(cipher.data(), cipher.size());
    OPENSSL_cleanse(mac.data(), mac.size());
}

const TlsSessionKey* TlsSessionKeys::find(std::span<const unsigned char, 16> name) const {
    if (std::equal(name.begin(), name.end(), current_.name.begin())) return &current_;
    if (previous_ && std::equal(name.begin(), name.end(), previous_->name.begin())) return &*previous_;
    return nullptr;
}

void TlsSessionKeys::serve(SSL_CTX* context, const TlsSessionKeys* keys) {
    SSL_CTX_set_app_data(context, const_cast<TlsSessionKeys*>(keys));
    SSL_CTX_set_tlsext_ticket_key_evp_cb(context, session_ticket_key);
}

}  // namespace notifyd::gateway
