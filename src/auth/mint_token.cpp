// Builds a JWT by hand from three base64url parts.
#include "notifyd/auth/mint_token.hpp"

#include "notifyd/core/base64url.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <stdexcept>

namespace notifyd::auth {

namespace {

namespace json = boost::json;

std::string claims_of(const MintRequest& request, EpochMs now, IdSource& ids) {
    const std::int64_t issued_at = now / 1000;
    json::object claims;
    claims[request.user_claim] = request.user.get();
    claims["iat"] = issued_at;
    claims["exp"] = issued_at + std::chrono::duration_cast<std::chrono::seconds>(request.ttl).count();
    claims["jti"] = ids.random().to_string();
    if (!request.issuer.empty()) claims["iss"] = request.issuer;
    if (!request.audience.empty()) claims["aud"] = json::array(request.audience.begin(), request.audience.end());
    std::string scope;
    for (const std::string& name : request.scopes) {
        if (!scope.empty()) scope += ' ';
        scope += name;
    }
    if (!scope.empty()) claims["scope"] = scope;
    return json::serialize(claims);
}

}  // namespace

std::string mint_token(std::string_view secret, const MintRequest& request, EpochMs now, IdSource& ids) {
    std::string token = base64url_encode(R"({"alg":"HS256","typ":"JWT"})");
    token.append(1, '.').append(base64url_encode(claims_of(request, now, ids)));

    std::array<unsigned char, EVP_MAX_MD_SIZE> code{};
    unsigned int size = 0;
    const unsigned char* made = HMAC(EVP_sha256(),
                                     secret.data(),
                                     static_cast<int>(secret.size()),
                                     reinterpret_cast<const unsigned char*>(token.data()),
                                     token.size(),
                                     code.data(),
                                     &size);
    if (made == nullptr) throw std::runtime_error("cannot compute an HMAC");
    token.append(1, '.').append(base64url_encode({reinterpret_cast<const char*>(code.data()), size}));
    return token;
}

}  // namespace notifyd::auth
