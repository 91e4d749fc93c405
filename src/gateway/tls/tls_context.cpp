// OpenSSL's contexts: TLS 1.2+, modern ciphers, buffers given back when idle.
#include "tls/tls_context.hpp"

#include "notifyd/gateway/gateway.hpp"

#include "tls/certificate_files.hpp"

#include <openssl/err.h>
#include <openssl/x509.h>

#include <array>
#include <cstring>
#include <ctime>
#include <string>
#include <string_view>

namespace notifyd::gateway {

namespace {

// TLS 1.2 only with forward secrecy and authenticated encryption. AES-128 comes first, as browsers prefer: it is safe,
// and faster (Mozilla's "intermediate" order, wiki.mozilla.org/Security/Server_Side_TLS).
constexpr const char* ciphers = "ECDHE+AES128+AESGCM:ECDHE+AESGCM:ECDHE+CHACHA20";
constexpr const char* ciphers_1_3 = "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256";

Error failure(std::string what) {
    std::array<char, 200> reason{};
    ERR_error_string_n(ERR_get_error(), reason.data(), reason.size());
    return {Errc::internal, what.append(": ").append(reason.data())};
}

// Only HTTP/1.1 is spoken; a client that does not offer it continues without ALPN.
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

SslContext make_context(config::TlsVersion lowest) {
    SslContext context(SSL_CTX_new(TLS_server_method()));
    if (!context) return context;
    SSL_CTX* raw = context.get();
    SSL_CTX_set_min_proto_version(raw, lowest == config::TlsVersion::tls_1_3 ? TLS1_3_VERSION : TLS1_2_VERSION);
    SSL_CTX_set_cipher_list(raw, ciphers);
    SSL_CTX_set_ciphersuites(raw, ciphers_1_3);
    // A client without hardware AES puts ChaCha20 first, and gets it.
    SSL_CTX_set_options(
        raw,
        SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
    // Idle connections keep no buffer; a retried write may come from another address; header and body of a record are
    // read in one call.
    SSL_CTX_set_mode(raw,
                     SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_read_ahead(raw, 1);
    SSL_CTX_set_alpn_select_cb(raw, select_protocol, nullptr);
    // Sessions resume by session tickets; a cache on this side would only waste memory.
    SSL_CTX_set_session_cache_mode(raw, SSL_SESS_CACHE_OFF);
    constexpr std::string_view session_scope = "notifyd";
    SSL_CTX_set_session_id_context(
        raw, reinterpret_cast<const unsigned char*>(session_scope.data()), static_cast<unsigned>(session_scope.size()));
    return context;
}

bool share_certificate(SSL_CTX* from, SSL_CTX* to) {
    STACK_OF(X509)* chain = nullptr;
    if (SSL_CTX_get0_chain_certs(from, &chain) != 1) return false;
    constexpr int replace = 1;
    return SSL_CTX_use_cert_and_key(
               to, SSL_CTX_get0_certificate(from), SSL_CTX_get0_privatekey(from), chain, replace) == 1;
}

EpochMs to_epoch_ms(const ASN1_TIME* time) {
    constexpr EpochMs milliseconds_per_second = 1000;
    std::tm parts{};
    if (ASN1_TIME_to_tm(time, &parts) != 1) return 0;
    return EpochMs{::timegm(&parts)} * milliseconds_per_second;
}

}  // namespace

Result<void> check_certificate(const config::Tls& tls) {
    const Result<TlsContexts> made = make_tls_contexts(tls, 1);
    return made ? Result<void>() : Result<void>(made.error());
}

Result<TlsContexts> make_tls_contexts(const config::Tls& tls, std::size_t count) {
    TlsContexts made;
    made.contexts.resize(count);
    if (!tls.enabled()) return made;
    for (SslContext& context : made.contexts) {
        context = make_context(tls.min_version);
        if (!context) return failure("TLS cannot be set up");
        SSL_CTX* first = made.contexts.front().get();
        if (context.get() == first) {
            if (const Result<void> read = use_certificate_files(first, tls); !read) return read.error();
        } else if (!share_certificate(first, context.get())) {
            return failure("TLS cannot be set up");
        }
    }
    const X509* certificate = SSL_CTX_get0_certificate(made.contexts.front().get());
    made.certificate_from = to_epoch_ms(X509_get0_notBefore(certificate));
    made.certificate_until = to_epoch_ms(X509_get0_notAfter(certificate));
    return made;
}

}  // namespace notifyd::gateway
