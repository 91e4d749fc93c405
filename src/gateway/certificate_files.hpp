// The operator's certificate chain and key, read from their files, and what can be wrong with them.
// Owns:   nothing. Thread: main, at startup and on reload.
// Fails:  with a sentence that names the key of the config and the file, and says what to do.
#pragma once

#include "notifyd/config/config.hpp"
#include "notifyd/core/result.hpp"

#include <openssl/ssl.h>

namespace notifyd::gateway {

// A key that is locked by a passphrase is an error, not a question on the terminal.
[[nodiscard]] Result<void> use_certificate_files(SSL_CTX* context, const config::Tls& tls);

}  // namespace notifyd::gateway
