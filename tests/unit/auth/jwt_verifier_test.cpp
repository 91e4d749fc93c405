// Accepted tokens, and what they say.
#include "notifyd/auth/jwt_verifier.hpp"

#include "notifyd/auth/mint_token.hpp"

#include "unit/auth/verifier_fixture.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace notifyd;
using namespace notifyd::auth;
using config::Algorithm;
using namespace notifyd::testing;

TEST_CASE("HS256: a token states its user, its expiry and the user's name") {
    JwtVerifier by = hs256_verifier();
    const Identity identity = taken(by, hs256_token(claims(R"("jti":"t-1","nbf":1699999999,"iat":1699999999.5)")));
    CHECK(identity.user.get() == "u1");
    CHECK(identity.expires_at == 1'700'000'600'000);
    CHECK(identity.token_id == "t-1");
    CHECK(identity.grant == Grant::none);
    CHECK(identity.claimed_topics.empty());
}

TEST_CASE("RSA and EC by PEM, each algorithm") {
    const TestKey& rsa = first_rsa();
    const TestKey p256 = TestKey::ec("P-256");
    const TestKey p384 = TestKey::ec("P-384");
    const auto rsa_token = [&](const char* alg, const EVP_MD* digest, bool pss) {
        const std::string input = signing_input(R"({"alg":")" + std::string(alg) + "\"}", claims());
        return with_signature(input, rsa.sign(input, digest, pss));
    };
    JwtVerifier by_rsa =
        verifier({{Algorithm::rs256, Algorithm::rs384, Algorithm::rs512, Algorithm::ps256}, "", rsa.public_pem(), ""});
    taken(by_rsa, rsa_token("RS256", EVP_sha256(), false));
    taken(by_rsa, rsa_token("RS384", EVP_sha384(), false));
    taken(by_rsa, rsa_token("RS512", EVP_sha512(), false));
    taken(by_rsa, rsa_token("PS256", EVP_sha256(), true));
    CHECK(refused(by_rsa, rsa_token("PS256", EVP_sha256(), false)) == AuthFailure::signature);
    CHECK(refused(by_rsa, rsa_token("RS256", EVP_sha256(), true)) == AuthFailure::signature);
    CHECK(refused(by_rsa, rsa_token("RS256", EVP_sha384(), false)) == AuthFailure::signature);
    CHECK(refused(by_rsa, rsa_token("PS384", EVP_sha384(), true)) == AuthFailure::algorithm);
    CHECK(refused(by_rsa, rs256_token(second_rsa(), claims())) == AuthFailure::signature);

    JwtVerifier by_p256 = verifier({{Algorithm::es256}, "", p256.public_pem(), ""});
    const std::string input = signing_input(R"({"alg":"ES256"})", claims());
    taken(by_p256, es256_token(p256, claims()));
    CHECK(refused(by_p256, es256_token(TestKey::ec(), claims())) == AuthFailure::signature);
    CHECK(refused(by_p256, with_signature(input, p256.sign(input, EVP_sha256()))) == AuthFailure::signature);  // DER
    CHECK(refused(by_p256, with_signature(input, std::string(64, '\0'))) == AuthFailure::signature);
    CHECK(refused(by_p256, with_signature(input, "")) == AuthFailure::signature);

    JwtVerifier by_p384 = verifier({{Algorithm::es384}, "", p384.public_pem(), ""});
    const std::string long_input = signing_input(R"({"alg":"ES384"})", claims());
    taken(by_p384, with_signature(long_input, p384.sign_ec(long_input, EVP_sha384(), 48)));
}

TEST_CASE("EdDSA by PEM and by JWKS") {
    const TestKey key = TestKey::ed25519();
    const TestKey other = TestKey::ed25519();
    const auto token = [](const TestKey& by, const std::string& header) {
        const std::string input = signing_input(header, claims());
        return with_signature(input, by.sign(input, nullptr));
    };
    const std::string plain = R"({"alg":"EdDSA"})";
    JwtVerifier by_pem = verifier({{Algorithm::eddsa}, "", key.public_pem(), ""});
    const std::string good = token(key, plain);
    taken(by_pem, good);
    CHECK(refused(by_pem, token(other, plain)) == AuthFailure::signature);
    CHECK(refused(by_pem, token(key, R"({"alg":"ES256"})")) == AuthFailure::algorithm);
    const std::string input = good.substr(0, good.rfind('.'));
    CHECK(refused(by_pem, with_signature(input, std::string(64, '\0'))) == AuthFailure::signature);
    CHECK(refused(by_pem, with_signature(input, key.sign(input, nullptr) + "x")) == AuthFailure::signature);

    const std::string set =
        R"({"keys":[{)" + other.ed25519_jwk() + R"(,"kid":"b"},{)" + key.ed25519_jwk() + R"(,"kid":"a"}]})";
    JwtVerifier by_set = verifier({{Algorithm::eddsa}, "", "", set});
    const std::string header = R"({"alg":"EdDSA","kid":"a"})";
    taken(by_set, token(key, header));
    CHECK(refused(by_set, token(other, header)) == AuthFailure::signature);
    CHECK(refused(by_set, token(key, plain)) == AuthFailure::unknown_key);
}

TEST_CASE("waiting for newer keys is worthwhile only for a token whose key may still be fetched") {
    const std::string set = R"({"keys":[{)" + first_rsa().rsa_jwk() + R"(,"kid":"one"}]})";
    const auto header = [](const std::string& kid) { return R"({"alg":"RS256","kid":")" + kid + "\"}"; };
    const auto renews = [](JwtVerifier& by, const std::string& token) {
        const auto identity = by.verify(token, now);
        return identity.has_error() && by.keys_to_renew(identity.error()) != nullptr;
    };
    const std::string unknown = rs256_token(first_rsa(), claims(), header("two"));
    KeySources sources{{Algorithm::rs256}, "", "", set};
    JwtVerifier by_file = verifier(sources);
    CHECK_FALSE(renews(by_file, unknown));
    sources.jwks_by_url = true;
    JwtVerifier by_url = verifier(sources);
    CHECK(renews(by_url, unknown));
    CHECK_FALSE(renews(by_url, ""));
    CHECK_FALSE(renews(by_url, "a.b.c"));
    CHECK_FALSE(renews(by_url, hs256_token(claims())));
    CHECK_FALSE(renews(by_url, rs256_token(first_rsa(), claims(), header("one"))));
    CHECK_FALSE(renews(by_url, rs256_token(second_rsa(), claims(), header("one"))));
}

TEST_CASE("JWKS: the kid names the key") {
    const TestKey& first = first_rsa();
    const TestKey& second = second_rsa();
    const TestKey curve = TestKey::ec();
    const std::string set = R"({"keys":[{)" + first.rsa_jwk() + R"(,"kid":"one","use":"sig","alg":"RS256"},{)" +
                            second.rsa_jwk() + R"(,"kid":"two"},{)" + curve.ec_jwk() + R"(,"kid":"three"}]})";
    JwtVerifier by = verifier({{Algorithm::rs256, Algorithm::es256}, "", "", set});
    const auto header = [](const char* alg, const char* kid) {
        return R"({"alg":")" + std::string(alg) + R"(","kid":")" + kid + "\"}";
    };
    taken(by, rs256_token(first, claims(), header("RS256", "one")));
    taken(by, rs256_token(second, claims(), header("RS256", "two")));
    taken(by, es256_token(curve, claims(), header("ES256", "three")));
    CHECK(refused(by, rs256_token(first, claims(), header("RS256", "two"))) == AuthFailure::signature);
    CHECK(refused(by, rs256_token(first, claims(), header("RS256", "four"))) == AuthFailure::unknown_key);
    CHECK(by.verify(rs256_token(first, claims(), header("RS256", "four")), now).error().key == "four");
    CHECK(refused(by, rs256_token(first, claims(), header("RS256", ""))) == AuthFailure::unknown_key);
    CHECK(refused(by, rs256_token(first, claims(), header("RS256", "three"))) == AuthFailure::unknown_key);
    CHECK(refused(by, es256_token(curve, claims(), header("ES256", "one"))) == AuthFailure::unknown_key);
    // Without a kid, only if exactly one key fits.
    taken(by, es256_token(curve, claims()));
    CHECK(refused(by, rs256_token(first, claims())) == AuthFailure::unknown_key);

    JwtVerifier by_one = verifier({{Algorithm::rs256}, "", "", R"({"keys":[{)" + first.rsa_jwk() + "}]}"});
    taken(by_one, rs256_token(first, claims()));
    CHECK(refused(by_one, rs256_token(first, claims(), header("RS256", "one"))) == AuthFailure::unknown_key);

    // Keys without names, such as a secret, ignore a kid.
    JwtVerifier by_secret = hs256_verifier();
    taken(by_secret, hs256_token(claims(), header("HS256", "any")));
}

TEST_CASE("issuer, audience and use, as configured") {
    config::Auth rules = hs256_rules();
    rules.issuer = "https://id.example";
    rules.audience = {"app", "app2"};
    JwtVerifier by = hs256_verifier(rules);
    const std::string iss = R"("iss":"https://id.example",)";
    const struct {
        std::string more;
        std::optional<AuthFailure> failure;
    } cases[] = {
        {iss + R"("aud":"app")", std::nullopt},
        {iss + R"("aud":["x","app2"])", std::nullopt},
        {iss + R"("client_id":"app","token_use":"access")", std::nullopt},
        {iss + R"("aud":"app","token_use":"id")", std::nullopt},
        {iss + R"("client_id":"app")", std::nullopt},
        {iss + R"("client_id":"app","token_use":"id")", AuthFailure::audience},
        {iss + R"("aud":"other")", AuthFailure::audience},
        {iss + R"("aud":"other","client_id":"app")", AuthFailure::audience},
        {iss + R"("aud":[])", AuthFailure::audience},
        {iss + R"("aud":[["app"]])", AuthFailure::audience},
        {iss + R"("aud":{"app":1})", AuthFailure::audience},
        {iss + R"("aud":null,"client_id":"app")", std::nullopt},
        {iss + R"("aud":"app","client_id":null,"token_use":null)", std::nullopt},
        {iss + R"("aud":null)", AuthFailure::audience},
        {iss + R"("aud":null,"client_id":"app","token_use":"id")", AuthFailure::audience},
        {R"("aud":"app","iss":null)", AuthFailure::issuer},
        {iss + R"("client_id":["app"])", AuthFailure::audience},
        {R"("iss":"https://id.example")", AuthFailure::audience},
        {iss + R"("aud":"app","token_use":"refresh")", AuthFailure::token_use},
        {iss + R"("aud":"app","token_use":1)", AuthFailure::token_use},
        {R"("aud":"app")", AuthFailure::issuer},
        {R"("aud":"app","iss":"https://id.example/")", AuthFailure::issuer},
        {R"("aud":"app","iss":["https://id.example"])", AuthFailure::issuer},
    };
    for (const auto& test : cases) {
        CAPTURE(test.more);
        const std::string token = hs256_token(claims(test.more));
        if (test.failure) {
            CHECK(refused(by, token) == *test.failure);
        } else {
            taken(by, token);
        }
    }
}

TEST_CASE("grants come from scope and cognito:groups") {
    config::Auth rules = hs256_rules();
    rules.admin_grants = {"notifyd:admin", "Operators"};
    JwtVerifier by = hs256_verifier(rules);
    const struct {
        const char* more;
        Grant grant;
    } cases[] = {
        {R"("scope":"")", Grant::none},
        {R"("scope":"openid notifyd:publisher")", Grant::none},
        {R"("scope":"openid notifyd:publish")", Grant::service},
        {R"("scope":" notifyd:publish  notifyd:admin ")", Grant::admin},
        {R"("cognito:groups":["Users","Operators"])", Grant::admin},
        {R"("cognito:groups":["notifyd:publish"])", Grant::service},
        {R"("cognito:groups":"Operators")", Grant::admin},
        {R"("cognito:groups":[1,null,["Operators"]])", Grant::none},
        {R"("scope":["openid","notifyd:admin"])", Grant::admin},
        {R"("scope":["notifyd:publish",null,7])", Grant::service},
        {R"("scope":["openid notifyd:admin"])", Grant::none},
        {R"("scp":"openid notifyd:publish")", Grant::service},
        {R"("scp":["openid","notifyd:admin"])", Grant::admin},
        {R"("scope":"notifyd:publish","scp":["notifyd:admin"])", Grant::admin},
        {R"("scope":null,"scp":"notifyd:publish")", Grant::service},
        {R"("scope":{"notifyd:admin":true},"scp":7,"cognito:groups":null)", Grant::none},
        {R"("scopes":"notifyd:admin","groups":["Operators"])", Grant::none},
        {R"("scope":"notifyd:publish,notifyd:admin")", Grant::none},
        {R"("scope":"NOTIFYD:ADMIN")", Grant::none},
    };
    for (const auto& test : cases) {
        CAPTURE(test.more);
        CHECK(taken(by, hs256_token(claims(test.more))).grant == test.grant);
    }
}

TEST_CASE("claimed topics come from the claims that the operator has mapped") {
    config::Auth rules = hs256_rules();
    rules.claims = {{TopicClass::org, "custom:orgId"}, {TopicClass::project, "projects"}, {TopicClass::chat, "chats"}};
    JwtVerifier by = hs256_verifier(rules);
    const auto topics = [&](const std::string& more) {
        std::string joined;
        for (const TopicName& topic : taken(by, hs256_token(claims(more))).claimed_topics) joined += topic.text() + ' ';
        return joined;
    };
    CHECK(topics(R"("custom:orgId":"acme","projects":["p1","p2","p1"],"hubs":["h"])") ==
          "org:acme project:p1 project:p2 ");
    CHECK(topics(R"("custom:orgId":"","projects":["a,b","",7,"ok"])") == "project:ok ");
    CHECK(topics(R"("custom:orgId":{"id":"acme"},"projects":5)").empty());
    CHECK(topics(R"("chats":["c1"])").empty());

    std::string hundred = R"("p0")";
    for (int i = 1; i < 100; ++i) hundred += ",\"p" + std::to_string(i) + '"';
    CHECK(taken(by, hs256_token(claims(R"("projects":[)" + hundred + "]"))).claimed_topics.size() == 100);
    CHECK(refused(by, hs256_token(claims(R"("projects":[)" + hundred + R"(,"more"])"))) ==
          AuthFailure::too_many_topics);
    CHECK(topics(R"("custom:orgId":null,"projects":[null,"p"])") == "project:p ");
}

TEST_CASE("the user id comes from the configured claim") {
    config::Auth rules = hs256_rules();
    rules.user_claim = "cognito:username";
    JwtVerifier by = hs256_verifier(rules);
    CHECK(taken(by, hs256_token(claims(R"("cognito:username":"Zoë")"))).user.get() == "Zoë");
    CHECK(refused(by, hs256_token(claims())) == AuthFailure::no_user_id);
    CHECK(taken(by, hs256_token(claims(R"("cognito:username":42)"))).user.get() == "42");
    CHECK(refused(by, hs256_token(claims(R"("cognito:username":null)"))) == AuthFailure::no_user_id);
}

TEST_CASE("a user id may be an integer, exactly") {
    JwtVerifier by = hs256_verifier();
    for (const char* id : {"7",
                           "0",
                           "-7",
                           "9007199254740993",
                           "9223372036854775807",
                           "9223372036854775808",
                           "18446744073709551615",
                           "-9223372036854775808"}) {
        CAPTURE(id);
        CHECK(taken(by, hs256_token(R"({"exp":1700000600,"sub":)" + std::string(id) + "}")).user.get() == id);
    }
}

TEST_CASE("unchecked parts may have any value: iat, jti, and headers that are not understood") {
    JwtVerifier by = hs256_verifier();
    for (const char* more : {R"("iat":1700009999)", R"("iat":"now")", R"("iat":[])", R"("iat":null,"nbf":null)"}) {
        CAPTURE(more);
        taken(by, hs256_token(claims(more)));
    }
    for (const std::string& jti : {std::string("1"), std::string("null"), '"' + std::string(257, 'j') + '"'}) {
        CAPTURE(jti);
        CHECK(taken(by, hs256_token(claims(R"("jti":)" + jti))).token_id.empty());
    }
    for (const char* more : {R"("jku":"https://evil.example/keys")",
                             R"("jwk":{"kty":"oct","k":"AAAA"})",
                             R"("x5c":["MIIB"],"x5t":"AAAA","x5t#S256":"AAAA")",
                             R"("x5u":"https://evil.example")",
                             R"("x5c":null)",
                             R"("cty":7,"b64":false)"}) {
        CAPTURE(more);
        taken(by, hs256_token(claims(), R"({"alg":"HS256",)" + std::string(more) + "}"));
    }
    // The key that a token brings along is not the one it is judged by.
    const std::string own = base64url_encode("another secret of 32 bytes......");
    const std::string header = R"({"alg":"HS256","jwk":{"kty":"oct","k":")" + own + "\"}}";
    CHECK(refused(by, hs256_token(claims(), header, "another secret of 32 bytes......")) == AuthFailure::signature);
}

TEST_CASE("until the keys behind a URL are available, their tokens are not judged") {
    KeySources sources{{Algorithm::rs256, Algorithm::hs256}, std::string(test_secret), "", ""};
    sources.jwks_by_url = true;
    JwtVerifier by = verifier(sources);
    CHECK_FALSE(by.has_keys());
    const std::string token = rs256_token(first_rsa(), claims(), R"({"alg":"RS256","kid":"one"})");
    for (const std::string& of_provider : {token, rs256_token(first_rsa(), claims())}) {
        const AuthResult<Identity> identity = by.verify(of_provider, now);
        REQUIRE(identity.has_error());
        CHECK(identity.error().reason == AuthFailure::no_keys);
        CHECK(identity.error().error.code == Errc::unavailable);
        CHECK(identity.error().error.retry_after.count() > 1);
        CHECK(by.keys_to_renew(identity.error()) != nullptr);
    }
    // Tokens that need none of those keys are judged as usual.
    taken(by, hs256_token(claims()));
    CHECK(refused(by, hs256_token(claims(), R"({"alg":"HS256"})", "another secret of 32 bytes......")) ==
          AuthFailure::signature);
    CHECK(refused(by, "a.b.c") == AuthFailure::malformed);
    CHECK(refused(by, es256_token(TestKey::ec(), claims())) == AuthFailure::algorithm);
    CHECK(refused(by, "") == AuthFailure::missing);

    sources.jwks_json = R"({"keys":[{)" + first_rsa().rsa_jwk() + R"(,"kid":"one"}]})";
    const auto keys = make_key_set(sources);
    REQUIRE(keys.has_value());
    by.use(*keys, {});
    CHECK(by.has_keys());
    taken(by, token);
    CHECK(refused(by, rs256_token(first_rsa(), claims(), R"({"alg":"RS256","kid":"two"})")) ==
          AuthFailure::unknown_key);
}

TEST_CASE("times are checked with the leeway, and no more than that") {
    JwtVerifier by = hs256_verifier(hs256_rules(), 0);
    const std::string token = hs256_token(R"({"sub":"u1","exp":1700000000,"nbf":1699999900,"iat":1699999900})");
    const auto reason_at = [&](EpochMs time) -> std::optional<AuthFailure> {
        const auto identity = by.verify(token, time);
        if (identity.has_value()) return std::nullopt;
        return identity.error().reason;
    };
    CHECK_FALSE(reason_at(1'700'000'000'000));
    CHECK_FALSE(reason_at(1'700'000'029'999));
    CHECK(reason_at(1'700'000'030'000) == AuthFailure::expired);
    CHECK_FALSE(reason_at(1'699'999'870'000));
    CHECK(reason_at(1'699'999'869'999) == AuthFailure::not_yet_valid);
    CHECK(by.verify(token, 1'800'000'000'000).error().error.message == "Token has expired");
}

TEST_CASE("a verified token stays cached until it expires, and no longer") {
    JwtVerifier by = hs256_verifier();
    const std::string token = hs256_token(claims());
    CHECK(by.verify(token, now).has_value());
    CHECK(by.verify(token, 1'700'000'599'999).has_value());
    CHECK(by.verify(token, 1'700'000'629'999).has_value());  // within the leeway, verified again
    CHECK(by.verify(token, 1'700'000'630'000).error().reason == AuthFailure::expired);
    // A similar token is not in the cache.
    CHECK(by.verify(flipped(token, token.size() - 5), now).has_error());
}

TEST_CASE("new keys and rules apply to cached tokens, too") {
    JwtVerifier by = hs256_verifier();
    const std::string token = hs256_token(claims());
    for (int i = 0; i < 3; ++i) taken(by, token);
    const auto others = make_key_set({{Algorithm::hs256}, std::string(32, 'x'), "", ""});
    REQUIRE(others.has_value());
    by.use(*others, hs256_rules());
    for (int i = 0; i < 3; ++i) CHECK(refused(by, token) == AuthFailure::signature);
    const auto keys = make_key_set({{Algorithm::hs256}, std::string(test_secret), "", ""});
    REQUIRE(keys.has_value());
    by.use(*keys, hs256_rules());
    for (int i = 0; i < 3; ++i) taken(by, token);
}

TEST_CASE("a minted token fits the configuration it was made for") {
    config::Auth rules = hs256_rules();
    rules.issuer = "dev";
    rules.audience = {"app"};
    rules.user_claim = "uid";
    JwtVerifier by = hs256_verifier(rules);
    SystemIdSource ids;
    MintRequest request;
    request.user = UserId("u\"1");
    request.scopes = {"notifyd:publish", "extra"};
    request.ttl = std::chrono::hours(1);
    request.user_claim = "uid";
    request.issuer = "dev";
    request.audience = {"app"};
    const Identity identity = taken(by, mint_token(test_secret, request, now, ids));
    CHECK(identity.user.get() == "u\"1");
    CHECK(identity.grant == Grant::service);
    CHECK(identity.expires_at == now + 3'600'000);
    CHECK(Uuid::parse(identity.token_id));
}
