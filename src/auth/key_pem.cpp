// Reads a PEM public key through OpenSSL.
#include "key.hpp"

#include <climits>
#include <openssl/err.h>
#include <openssl/pem.h>

namespace notifyd::auth {

namespace {

Error bad_pem(std::string message) {
    return {Errc::invalid_request, std::move(message)};
}

// A PEM file that asks for a passphrase is not a public key.
int no_passphrase(char*, int, int, void*) {
    return -1;
}

}  // namespace

Result<Key> read_public_key_pem(std::string_view pem) {
    if (pem.find("PRIVATE KEY") != std::string_view::npos) return bad_pem("holds a private key; give the public one");
    if (pem.size() > INT_MAX) return bad_pem("is too large");
    const BioHandle bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    PkeyHandle key(bio ? PEM_read_bio_PUBKEY(bio.get(), nullptr, no_passphrase, nullptr) : nullptr);
    ERR_clear_error();
    if (!key) return bad_pem("is not a PEM public key");
    return Key::from_public_key(std::move(key));
}

}  // namespace notifyd::auth
