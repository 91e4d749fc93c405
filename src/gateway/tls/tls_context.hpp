// The server's certificate and TLS rules, as one context per loop.
// Owns:   the SSL_CTXs. A connection keeps the one that it began with, so another may replace it at any time.
// Thread: made by the main thread, at startup and on reload; then each belongs to its loop.
// Fails:  with a message for the operator that names the file.
#pragma once

#include "notifyd/config/config.hpp"
#include "notifyd/core/clock.hpp"
#include "notifyd/core/result.hpp"

#include <openssl/ssl.h>

#include <memory>
#include <vector>

namespace notifyd::gateway {

struct SslContextDeleter {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
using SslContext = std::unique_ptr<SSL_CTX, SslContextDeleter>;

struct TlsContexts {
    std::vector<SslContext> contexts;  // null if TLS is off
    EpochMs certificate_from = 0;
    EpochMs certificate_until = 0;

    [[nodiscard]] bool is_valid_at(EpochMs time) const { return certificate_from <= time && time < certificate_until; }
};

// Reads the files only once, whatever the count.
[[nodiscard]] Result<TlsContexts> make_tls_contexts(const config::Tls& tls, std::size_t count);

}  // namespace notifyd::gateway
