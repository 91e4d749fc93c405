// OpenSSL's context: TLS 1.2+, modern ciphers, buffers given back when idle.
#include "tls_context.hpp"

#include <openssl/err.h>

#include <array>
#include <cstring>

namespace notifyd::gateway {

namespace {

// TLS 1.2 with forward secrecy and authenticated encryption only; TLS 1.3's own list is fine.
constexpr const char* ciphers = "ECDHE+AESGCM:ECDHE+CHACHA20";

Error failure(std::string what) {
    std::array<char, 200> reason{};
    ERR_error_string_n(ERR_get_error(), reason.data(), reason.size());
    return {Errc::internal, what.append(": ").append(reason.data())};
}

// Only HTTP/1.1 is spoken; a client that offers nothing of ours goes on without ALPN.
int select_protocol(SSL*,
                    const unsigned char** out,
                    unsigned char* out_length,
                    const unsigned char* in,
                    unsigned int in_length,
                    void*) {
    static constexpr std::array<unsigned char, 9> ours{8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
    unsigned char* chosen = nullptr;
    if (SSL_select_next_proto(&chosen, out_length, ours.data(), ours.size(), in, in_length) != OPENSSL_NPN_NEGOTIATED) {
        return SSL_TLSEXT_ERR_NOACK;
    }
    *out = chosen;
    return SSL_TLSEXT_ERR_OK;
}

}  // namespace

Result<SslContext> make_tls_context(const config::Tls& tls) {
    if (!tls.enabled()) return SslContext();
    SslContext context(SSL_CTX_new(TLS_server_method()));
    if (!context) return failure("TLS cannot be set up");
    SSL_CTX* raw = context.get();
    const int lowest = tls.min_version == config::TlsVersion::tls_1_3 ? TLS1_3_VERSION : TLS1_2_VERSION;
    SSL_CTX_set_min_proto_version(raw, lowest);
    SSL_CTX_set_cipher_list(raw, ciphers);
    SSL_CTX_set_options(raw, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE);
    // An idle connection keeps no buffer; a retried write may come from another address; header and body of a record
    // are read in one call.
    SSL_CTX_set_mode(raw,
                     SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_read_ahead(raw, 1);
    SSL_CTX_set_alpn_select_cb(raw, select_protocol, nullptr);
    // Sessions resume by tickets; the cache of this side would only hold memory.
    SSL_CTX_set_session_cache_mode(raw, SSL_SESS_CACHE_OFF);
    const std::string session_scope = "notifyd";
    SSL_CTX_set_session_id_context(
        raw, reinterpret_cast<const unsigned char*>(session_scope.data()), static_cast<unsigned>(session_scope.size()));
    ERR_clear_error();
    if (SSL_CTX_use_certificate_chain_file(raw, tls.certificate.c_str()) != 1) {
        return failure("The certificate " + tls.certificate.string() + " cannot be used");
    }
    if (SSL_CTX_use_PrivateKey_file(raw, tls.private_key.c_str(), SSL_FILETYPE_PEM) != 1) {
        return failure("The private key " + tls.private_key.string() + " cannot be used");
    }
    if (SSL_CTX_check_private_key(raw) != 1) return failure("The private key does not belong to the certificate");
    return context;
}

}  // namespace notifyd::gateway
