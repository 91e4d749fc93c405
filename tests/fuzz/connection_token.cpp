// A connection token -> its contents, or a refusal; as a whole token, and as a payload signed with the right secret.
#include "notifyd/auth/connection_token.hpp"

#include "notifyd/core/base64url.hpp"

#include "input.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <string>

namespace {

using namespace notifyd;

const std::string secret = "a secret that only the fuzzer knows, 32 bytes";

std::string signed_token(std::string_view payload) {
    std::string token = base64url_encode(payload);
    std::array<unsigned char, EVP_MAX_MD_SIZE> mac{};
    unsigned int bytes = 0;
    HMAC(EVP_sha256(),
         secret.data(),
         static_cast<int>(secret.size()),
         reinterpret_cast<const unsigned char*>(token.data()),
         token.size(),
         mac.data(),
         &bytes);
    return token + "." + base64url_encode({reinterpret_cast<const char*>(mac.data()), bytes});
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = fuzz::text_of(data, size);
    const auth::ConnectionTokenRules rules{secret, secret};
    // The MAC cannot be guessed.
    fuzz::require(auth::verify_connection_token(text, rules).has_error());
    const auto token = auth::verify_connection_token(signed_token(text), rules);
    if (!token) return 0;
    fuzz::require(!token->user.get().empty() && token->expires_at > token->issued_at);
    const std::string again = auth::encode_connection_token(*token, secret);
    fuzz::require(auth::is_connection_token(again));
    fuzz::require(auth::verify_connection_token(again, rules).has_value());
    return 0;
}
