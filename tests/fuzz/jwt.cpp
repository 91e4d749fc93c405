// A token -> an identity, or none; as a whole token, and as a payload signed with the right key.
#include "notifyd/auth/jwt_verifier.hpp"
#include "notifyd/core/base64url.hpp"

#include "input.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <string>

namespace {

using namespace notifyd;

constexpr EpochMs now = 1'700'000'000'000;
const std::string secret = "a secret that only the fuzzer knows, 32 bytes";

auth::JwtVerifier make_verifier() {
    auth::KeySources sources;
    sources.algorithms = {config::Algorithm::hs256};
    sources.hs256_secret = secret;
    const auto keys = auth::make_key_set(sources);
    fuzz::require(keys.has_value());
    config::Auth rules;
    rules.algorithms = sources.algorithms;
    rules.claims = {{TopicClass::org, "custom:orgId"}};
    return {*keys, rules, 16};
}

// Past the signature: arbitrary claims, signed by somebody who has the key.
std::string signed_token(std::string_view payload) {
    std::string token = base64url_encode(R"({"alg":"HS256"})") + "." + base64url_encode(payload);
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
    static auth::JwtVerifier verifier = make_verifier();
    const std::string_view text = fuzz::text_of(data, size);
    static_cast<void>(verifier.verify(text, now));
    const auto identity = verifier.verify(signed_token(text), now);
    fuzz::require(!identity || (!identity->user.get().empty() && identity->expires_at > 0));
    return 0;
}
