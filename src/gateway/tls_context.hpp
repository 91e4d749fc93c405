// The server's certificate and TLS rules.
// Owns:   the SSL_CTX. Thread: made at startup, then read by all loops.
// Fails:  with a sentence for the operator that names the file.
#pragma once

#include "notifyd/config/config.hpp"
#include "notifyd/core/result.hpp"

#include <openssl/ssl.h>

#include <memory>
#include <string>

namespace notifyd::gateway {

struct SslContextDeleter {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
using SslContext = std::unique_ptr<SSL_CTX, SslContextDeleter>;

// Null when TLS is off.
[[nodiscard]] Result<SslContext> make_tls_context(const config::Tls& tls);

}  // namespace notifyd::gateway
