// Reads the operator's certificate chain and key from their files, and detects what is wrong with them.
// Thread: main, at startup and on reload.
// Fails:  with a message that names the config key and the file, and says what to do.
#pragma once

#include "notifyd/config/config.hpp"
#include "notifyd/core/result.hpp"

#include <openssl/ssl.h>

namespace notifyd::gateway {

// A key protected by a passphrase is an error; it never prompts on the terminal.
[[nodiscard]] Result<void> use_certificate_files(SSL_CTX* context, const config::Tls& tls);

}  // namespace notifyd::gateway
