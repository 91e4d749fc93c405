// Which keys an operator may configure, and what is refused at start.
#include "notifyd/auth/key_set.hpp"

#include "unit/auth/token_maker.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace notifyd;
using namespace notifyd::auth;
using config::Algorithm;
using notifyd::testing::first_rsa;
using notifyd::testing::second_rsa;
using notifyd::testing::test_secret;
using notifyd::testing::TestKey;

namespace {

std::string jwks(const std::string& keys) {
    return R"({"keys":[)" + keys + "]}";
}

}  // namespace

TEST_CASE("good keys are accepted") {
    const TestKey& rsa = first_rsa();
    const TestKey p256 = TestKey::ec("P-256");
    const TestKey p384 = TestKey::ec("P-384");
    const TestKey ed25519 = TestKey::ed25519();
    const std::string both = jwks("{" + rsa.rsa_jwk() + R"(,"kid":"a","use":"sig","alg":"RS256"},{)" + p256.ec_jwk() +
                                  R"(,"kid":"b","key_ops":["verify"]})");
    const KeySources cases[] = {
        {{Algorithm::hs256}, std::string(test_secret), "", ""},
        {{Algorithm::rs256, Algorithm::rs384, Algorithm::rs512, Algorithm::ps256}, "", rsa.public_pem(), ""},
        {{Algorithm::es256}, "", p256.public_pem(), ""},
        {{Algorithm::es384}, "", p384.public_pem(), ""},
        {{Algorithm::rs256, Algorithm::es256}, "", "", both},
        {{Algorithm::eddsa}, "", ed25519.public_pem(), ""},
        {{Algorithm::eddsa}, "", "", jwks("{" + ed25519.ed25519_jwk() + "}")},
        {{Algorithm::hs256, Algorithm::es384, Algorithm::rs256}, std::string(test_secret), p384.public_pem(), both},
    };
    for (const KeySources& sources : cases) {
        const auto made = make_key_set(sources);
        CAPTURE(made.has_error() ? made.error().message : "");
        CHECK(made.has_value());
    }
}

TEST_CASE("keys of a JWKS that we cannot use are ignored") {
    const TestKey& rsa = first_rsa();
    const std::string others = R"({"kty":"OKP","crv":"X25519","x":"AAAA"},{"kty":"oct","k":"AAAA"},)"
                               R"({"kty":"EC","crv":"secp256k1","x":"AA","y":"AA"},{"kty":"future"},{},)"
                               R"({"kty":"RSA","use":"enc","n":"AA","e":"AQAB"},)"
                               R"({"kty":"RSA","key_ops":["encrypt"],"n":"AA","e":"AQAB"},)";
    CHECK(make_key_set({{Algorithm::rs256}, "", "", jwks(others + "{" + rsa.rsa_jwk() + "}")}).has_value());
    // A secret in a set that is meant to be published is never a key.
    const std::string oct = R"({"kty":"oct","k":")" + base64url_encode(test_secret) + "\"}";
    CHECK(make_key_set({{Algorithm::hs256}, "", "", jwks(oct)}).has_error());
}

TEST_CASE("a wrong setting is refused with a message that names it") {
    const TestKey& rsa = first_rsa();
    const TestKey small = TestKey::rsa(1024);
    const std::string padded_small = [&] {
        // Leading zeros do not make a key longer.
        std::string jwk = small.rsa_jwk();
        const std::size_t start = jwk.find(R"("n":")") + 5;
        const std::size_t end = jwk.find('"', start);
        const std::string n = *base64url_decode(jwk.substr(start, end - start));
        return jwk.replace(start, end - start, base64url_encode(std::string(128, '\0') + n));
    }();
    const std::string secret(test_secret);

    const struct {
        const char* what;
        KeySources sources;
        const char* setting;
    } cases[] = {
        {"no algorithm", {{}, secret, "", ""}, "auth.algorithms"},
        {"no key at all", {{Algorithm::rs256}, "", "", ""}, "auth.algorithms"},
        {"no secret", {{Algorithm::hs256}, "", "", ""}, "auth.hs256_secret"},
        {"31 bytes", {{Algorithm::hs256}, std::string(31, 's'), "", ""}, "auth.hs256_secret"},
        {"a short secret beside", {{Algorithm::rs256}, "short-secret", rsa.public_pem(), ""}, "auth.hs256_secret"},
        {"an algorithm too many", {{Algorithm::rs256, Algorithm::es256}, "", rsa.public_pem(), ""}, "auth.algorithms"},
        {"the curve of another", {{Algorithm::es256}, "", TestKey::ec("P-384").public_pem(), ""}, "auth.algorithms"},
        {"no Ed25519", {{Algorithm::rs256, Algorithm::eddsa}, "", rsa.public_pem(), ""}, "auth.algorithms"},
        {"no PEM", {{Algorithm::rs256}, "", "nonsense", ""}, "auth.public_key"},
        {"half a PEM", {{Algorithm::rs256}, "", rsa.public_pem().substr(0, 200), ""}, "auth.public_key"},
        {"private PEM", {{Algorithm::rs256}, "", rsa.private_pem(), ""}, "auth.public_key"},
        {"small PEM", {{Algorithm::rs256}, "", small.public_pem(), ""}, "auth.public_key"},
        {"P-521", {{Algorithm::es256}, "", TestKey::ec("P-521").public_pem(), ""}, "auth.public_key"},
        {"Ed25519 for RSA", {{Algorithm::rs256}, "", TestKey::ed25519().public_pem(), ""}, "auth.algorithms"},
        {"X25519", {{Algorithm::eddsa}, "", TestKey::x25519().public_pem(), ""}, "auth.public_key"},
        {"short Ed25519",
         {{Algorithm::eddsa}, "", "", jwks(R"({"kty":"OKP","crv":"Ed25519","x":"AAAA"})")},
         "auth.jwks"},
        {"no JSON", {{Algorithm::rs256}, "", "", "{"}, "auth.jwks"},
        {"no set", {{Algorithm::rs256}, "", "", "{" + rsa.rsa_jwk() + "}"}, "auth.jwks"},
        {"no keys in it", {{Algorithm::rs256}, "", "", jwks("")}, "auth.jwks"},
        {"no object", {{Algorithm::rs256}, "", "", jwks("1")}, "auth.jwks"},
        {"small JWK", {{Algorithm::rs256}, "", "", jwks("{" + small.rsa_jwk() + "}")}, "auth.jwks"},
        {"padded JWK", {{Algorithm::rs256}, "", "", jwks("{" + padded_small + "}")}, "auth.jwks"},
        {"no modulus", {{Algorithm::rs256}, "", "", jwks(R"({"kty":"RSA","e":"AQAB"})")}, "auth.jwks"},
        {"exponent 1",
         {{Algorithm::rs256},
          "",
          "",
          jwks("{" + rsa.rsa_jwk().substr(0, rsa.rsa_jwk().find(R"("e":")")) + R"("e":"AQ"})")},
         "auth.jwks"},
        {"off the curve",
         {{Algorithm::es256},
          "",
          "",
          jwks(R"({"kty":"EC","crv":"P-256","x":")" + base64url_encode(std::string(32, 'x')) + R"(","y":")" +
               base64url_encode(std::string(32, 'y')) + "\"}")},
         "auth.jwks"},
        {"alg of the JWK", {{Algorithm::rs256}, "", "", jwks("{" + rsa.rsa_jwk() + R"(,"alg":"RS512"})")}, "auth.jwks"},
        {"keys twice",
         {{Algorithm::rs256}, "", "", R"({"keys":[],)" + jwks("{" + rsa.rsa_jwk() + "}").substr(1)},
         "auth.jwks"},
    };
    for (const auto& test : cases) {
        CAPTURE(test.what);
        const auto made = make_key_set(test.sources);
        REQUIRE(made.has_error());
        CHECK(made.error().message.find(test.setting) == 0);
        CHECK(made.error().message.find("short-secret") == std::string::npos);
    }
}

TEST_CASE("a JWKS by URL may not be available yet, and need not fit every algorithm") {
    const std::string rsa = jwks("{" + first_rsa().rsa_jwk() + R"(,"kid":"a"})");
    const auto by_url = [](std::vector<Algorithm> algorithms, const std::string& text) {
        return make_key_set({.algorithms = std::move(algorithms),
                             .hs256_secret = {},
                             .public_key_pem = {},
                             .jwks_json = text,
                             .jwks_by_url = true,
                             .issuer = {}});
    };
    config::Auth config;
    config.jwks_url = "https://id.example/jwks.json";
    const auto empty = load_key_set(config);
    REQUIRE(empty.has_value());
    CHECK((*empty)->is_by_url());
    CHECK((*empty)->awaits_jwks());
    CHECK((*empty)->size() == 0);
    CHECK(by_url({Algorithm::rs256, Algorithm::es256}, rsa).has_value());
    // A secret is not fetched.
    CHECK(by_url({Algorithm::rs256, Algorithm::hs256}, rsa).has_error());
    // A set that would lock everybody out is not accepted.
    CHECK(by_url({Algorithm::es256}, rsa).has_error());
    CHECK(by_url({Algorithm::rs256}, jwks("")).has_error());
    CHECK(by_url({Algorithm::rs256}, "{}").has_error());
}

TEST_CASE("a key of a JWKS applies to its issuer only, whatever the names of other keys") {
    const auto keys = make_key_set({.algorithms = {Algorithm::rs256},
                                    .hs256_secret = {},
                                    .public_key_pem = {},
                                    .jwks_json = jwks("{" + first_rsa().rsa_jwk() + R"(,"kid":"a"})"),
                                    .jwks_by_url = false,
                                    .issuer = "https://one.example"});
    REQUIRE(keys.has_value());
    CHECK((*keys)->find(Algorithm::rs256, "https://one.example", "a") != nullptr);
    CHECK((*keys)->find(Algorithm::rs256, "https://two.example", "a") == nullptr);
    CHECK((*keys)->find(Algorithm::rs256, "", "a") == nullptr);
    CHECK((*keys)->find(Algorithm::rs256, "https://two.example", std::nullopt) == nullptr);
}
