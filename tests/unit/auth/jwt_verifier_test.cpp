// Tokens that are taken, and what they say.
#include "notifyd/auth/jwt_verifier.hpp"

#include "notifyd/auth/mint_token.hpp"

#include "unit/auth/token_maker.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace notifyd;
using namespace notifyd::auth;
using config::Algorithm;
using namespace notifyd::testing;

namespace {

constexpr EpochMs now = 1'700'000'000'000;

config::Auth hs256_rules() {
    config::Auth rules;
    rules.algorithms = {Algorithm::hs256};
    return rules;
}

JwtVerifier verifier(const KeySources& sources, config::Auth rules = {}, std::size_t cache = 100) {
    const auto keys = make_key_set(sources);
    REQUIRE(keys.has_value());
    return {*keys, std::move(rules), cache};
}

JwtVerifier hs256_verifier(config::Auth rules = hs256_rules(), std::size_t cache = 100) {
    return verifier({{Algorithm::hs256}, std::string(test_secret), "", ""}, std::move(rules), cache);
}

// Claims that are fine, and `more` besides.
std::string claims(const std::string& more = "") {
    return R"({"sub":"u1","exp":1700000600)" + (more.empty() ? more : "," + more) + "}";
}

std::string flipped(std::string token, std::size_t at) {
    token[at] = token[at] == 'A' ? 'B' : 'A';
    return token;
}

Identity taken(JwtVerifier& by, const std::string& token) {
    const AuthResult<Identity> identity = by.verify(token, now);
    if (identity.has_error()) FAIL(to_string(identity.error().reason));
    return *identity;
}

AuthFailure refused(JwtVerifier& by, const std::string& token) {
    const AuthResult<Identity> identity = by.verify(token, now);
    REQUIRE(identity.has_error());
    CHECK(identity.error().error.code == Errc::unauthorized);
    return identity.error().reason;
}

}  // namespace

TEST_CASE("HS256: a token says who it is, until when, and its name") {
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
    CHECK(refused(by, rs256_token(first, claims(), header("RS256", ""))) == AuthFailure::unknown_key);
    CHECK(refused(by, rs256_token(first, claims(), header("RS256", "three"))) == AuthFailure::unknown_key);
    CHECK(refused(by, es256_token(curve, claims(), header("ES256", "one"))) == AuthFailure::unknown_key);
    // Without a kid: only where one key fits.
    taken(by, es256_token(curve, claims()));
    CHECK(refused(by, rs256_token(first, claims())) == AuthFailure::unknown_key);

    JwtVerifier by_one = verifier({{Algorithm::rs256}, "", "", R"({"keys":[{)" + first.rsa_jwk() + "}]}"});
    taken(by_one, rs256_token(first, claims()));
    CHECK(refused(by_one, rs256_token(first, claims(), header("RS256", "one"))) == AuthFailure::unknown_key);

    // Keys without names, such as a secret: a kid is nothing to them.
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
        {iss + R"("aud":"other")", AuthFailure::audience},
        {iss + R"("aud":"other","client_id":"app")", AuthFailure::audience},
        {iss + R"("aud":[])", AuthFailure::audience},
        {iss + R"("aud":[["app"]])", AuthFailure::audience},
        {iss + R"("aud":{"app":1})", AuthFailure::audience},
        {iss + R"("aud":null,"client_id":"app")", AuthFailure::audience},
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
        {R"("scope":["notifyd:admin"])", Grant::none},
        {R"("scopes":"notifyd:admin","groups":["Operators"])", Grant::none},
        {R"("scope":"notifyd:publish,notifyd:admin")", Grant::none},
        {R"("scope":"NOTIFYD:ADMIN")", Grant::none},
    };
    for (const auto& test : cases) {
        CAPTURE(test.more);
        CHECK(taken(by, hs256_token(claims(test.more))).grant == test.grant);
    }
}

TEST_CASE("claimed topics come from the claims that the operator maps") {
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
    CHECK(refused(by, hs256_token(claims(R"("projects":[)" + hundred + R"(,"more"])"))) == AuthFailure::claims);
}

TEST_CASE("the user id comes from the configured claim") {
    config::Auth rules = hs256_rules();
    rules.user_claim = "cognito:username";
    JwtVerifier by = hs256_verifier(rules);
    CHECK(taken(by, hs256_token(claims(R"("cognito:username":"Zoë")"))).user.get() == "Zoë");
    CHECK(refused(by, hs256_token(claims())) == AuthFailure::user_id);
}

TEST_CASE("times are taken with the leeway and no more") {
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

TEST_CASE("bad tokens are refused, each for its reason") {
    JwtVerifier by = hs256_verifier();
    const std::string good = hs256_token(claims());
    const std::size_t first_dot = good.find('.');
    const std::size_t last_dot = good.rfind('.');
    const std::string head = good.substr(0, first_dot);
    const std::string body = good.substr(first_dot + 1, last_dot - first_dot - 1);
    const std::string tail = good.substr(last_dot + 1);
    const auto headed = [](const char* header) { return hs256_token(claims(), header); };
    const auto claimed = [](const std::string& text) { return hs256_token(text); };
    taken(by, good);

    const struct {
        const char* what;
        std::string token;
        AuthFailure reason;
    } cases[] = {
        {"empty", "", AuthFailure::missing},
        {"alg none, unsigned", signing_input(R"({"alg":"none"})", claims()) + ".", AuthFailure::algorithm},
        {"alg none, signed", headed(R"({"alg":"none"})"), AuthFailure::algorithm},
        {"alg None", headed(R"({"alg":"None"})"), AuthFailure::malformed},
        {"alg nOnE", headed(R"({"alg":"nOnE"})"), AuthFailure::malformed},
        {"alg empty", headed(R"({"alg":""})"), AuthFailure::malformed},
        {"alg missing", headed(R"({"typ":"JWT"})"), AuthFailure::malformed},
        {"alg null", headed(R"({"alg":null})"), AuthFailure::malformed},
        {"alg a list", headed(R"({"alg":["HS256"]})"), AuthFailure::malformed},
        {"alg lower case", headed(R"({"alg":"hs256"})"), AuthFailure::malformed},
        {"alg not listed", headed(R"({"alg":"HS512"})"), AuthFailure::algorithm},
        {"alg of another kind", headed(R"({"alg":"RS256"})"), AuthFailure::algorithm},
        {"alg twice", headed(R"({"alg":"none","alg":"HS256"})"), AuthFailure::malformed},
        {"alg with NUL", headed(R"({"alg":"HS256\u0000"})"), AuthFailure::malformed},
        {"encrypted", headed(R"({"alg":"dir","enc":"A128GCM"})"), AuthFailure::malformed},
        {"crit", headed(R"({"alg":"HS256","crit":["exp"],"exp":1})"), AuthFailure::malformed},
        {"crit empty", headed(R"({"alg":"HS256","crit":[]})"), AuthFailure::malformed},
        {"jwk", headed(R"({"alg":"HS256","jwk":{"kty":"oct","k":"AAAA"}})"), AuthFailure::malformed},
        {"jku", headed(R"({"alg":"HS256","jku":"https://evil.example"})"), AuthFailure::malformed},
        {"x5u", headed(R"({"alg":"HS256","x5u":"https://evil.example"})"), AuthFailure::malformed},
        {"x5c", headed(R"({"alg":"HS256","x5c":null})"), AuthFailure::malformed},
        {"kid null", headed(R"({"alg":"HS256","kid":null})"), AuthFailure::malformed},
        {"kid no string", headed(R"({"alg":"HS256","kid":7})"), AuthFailure::malformed},
        {"header no object", headed(R"(["HS256"])"), AuthFailure::malformed},
        {"header no JSON", headed(R"({"alg":"HS256")"), AuthFailure::malformed},
        {"header and more", headed(R"({"alg":"HS256"}{})"), AuthFailure::malformed},
        {"header too deep",
         headed((R"({"alg":"HS256","a":)" + std::string(40, '[') + std::string(40, ']') + "}").c_str()),
         AuthFailure::malformed},
        {"another secret",
         hs256_token(claims(), R"({"alg":"HS256"})", "another secret of 32 bytes......"),
         AuthFailure::signature},
        {"header tampered",
         base64url_encode(R"({"alg":"HS256","typ":"jwt"})") + "." + body + "." + tail,
         AuthFailure::signature},
        {"claims tampered",
         head + "." + base64url_encode(R"({"sub":"u2","exp":1700000600})") + "." + tail,
         AuthFailure::signature},
        {"signature tampered", flipped(good, last_dot + 5), AuthFailure::signature},
        {"signature cut", head + "." + body + "." + tail.substr(0, 40), AuthFailure::signature},
        {"signature longer", head + "." + body + "." + tail.substr(0, 40) + "AAAA", AuthFailure::signature},
        {"signature empty", head + "." + body + ".", AuthFailure::signature},
        {"claims empty", head + ".." + tail, AuthFailure::malformed},
        {"header empty", "." + body + "." + tail, AuthFailure::malformed},
        {"one part", head, AuthFailure::malformed},
        {"two parts", head + "." + body, AuthFailure::malformed},
        {"four parts", good + "." + tail, AuthFailure::malformed},
        {"dots", "..", AuthFailure::malformed},
        {"padding", good + "=", AuthFailure::malformed},
        {"space before", " " + good, AuthFailure::malformed},
        {"newline behind", good + "\n", AuthFailure::malformed},
        {"other alphabet", head + "." + body + "." + tail.substr(0, 42) + "+", AuthFailure::malformed},
        {"NUL behind", good + std::string(1, '\0'), AuthFailure::malformed},
        {"trailing bits", head + "." + body + "." + tail.substr(0, 42) + "_", AuthFailure::malformed},
        {"too big", hs256_token(claims(R"("x":")" + std::string(7000, 'x') + '"')), AuthFailure::malformed},
        {"claims no JSON", claimed("hello"), AuthFailure::claims},
        {"claims a list", claimed("[]"), AuthFailure::claims},
        {"claims not UTF-8", claimed("{\"sub\":\"\xff\",\"exp\":1700000600}"), AuthFailure::claims},
        {"duplicate claim", claimed(R"({"sub":"u1","exp":1700000600,"sub":"u2"})"), AuthFailure::claims},
        {"duplicate, escaped", claimed(R"({"sub":"u1","exp":1700000600,"\u0073ub":"u2"})"), AuthFailure::claims},
        {"duplicate inside", claimed(claims(R"("a":{"b":1,"b":2})")), AuthFailure::claims},
        {"no exp", claimed(R"({"sub":"u1"})"), AuthFailure::claims},
        {"exp a string", claimed(R"({"sub":"u1","exp":"1700000600"})"), AuthFailure::claims},
        {"exp null", claimed(R"({"sub":"u1","exp":null})"), AuthFailure::claims},
        {"exp true", claimed(R"({"sub":"u1","exp":true})"), AuthFailure::claims},
        {"exp negative", claimed(R"({"sub":"u1","exp":-1})"), AuthFailure::claims},
        {"exp huge", claimed(R"({"sub":"u1","exp":1e300})"), AuthFailure::claims},
        {"exp infinite", claimed(R"({"sub":"u1","exp":1e999})"), AuthFailure::claims},
        {"exp over int64", claimed(R"({"sub":"u1","exp":18446744073709551615})"), AuthFailure::claims},
        {"exp in ms", claimed(R"({"sub":"u1","exp":1700000600000})"), AuthFailure::claims},
        {"exp past", claimed(R"({"sub":"u1","exp":1699999900})"), AuthFailure::expired},
        {"exp zero", claimed(R"({"sub":"u1","exp":0})"), AuthFailure::expired},
        {"nbf ahead", claimed(claims(R"("nbf":1700000031)")), AuthFailure::not_yet_valid},
        {"nbf a string", claimed(claims(R"("nbf":"0")")), AuthFailure::claims},
        {"iat ahead", claimed(claims(R"("iat":1700000031)")), AuthFailure::not_yet_valid},
        {"iat a list", claimed(claims(R"("iat":[])")), AuthFailure::claims},
        {"no sub", claimed(R"({"exp":1700000600})"), AuthFailure::user_id},
        {"sub a number", claimed(R"({"sub":7,"exp":1700000600})"), AuthFailure::user_id},
        {"sub empty", claimed(R"({"sub":"","exp":1700000600})"), AuthFailure::user_id},
        {"sub with comma", claimed(R"({"sub":"a,b","exp":1700000600})"), AuthFailure::user_id},
        {"sub with control", claimed(R"({"sub":"a\nb","exp":1700000600})"), AuthFailure::user_id},
        {"sub with NUL", claimed(R"({"sub":"a\u0000b","exp":1700000600})"), AuthFailure::user_id},
        {"sub too long", claimed(R"({"exp":1700000600,"sub":")" + std::string(257, 'a') + "\"}"), AuthFailure::user_id},
        {"jti a number", claimed(claims(R"("jti":1)")), AuthFailure::claims},
        {"jti too long", claimed(claims(R"("jti":")" + std::string(257, 'j') + '"')), AuthFailure::claims},
    };
    for (const auto& test : cases) {
        CAPTURE(test.what);
        const AuthResult<Identity> identity = by.verify(test.token, now);
        REQUIRE(identity.has_error());
        CHECK(to_string(identity.error().reason) == to_string(test.reason));
        const std::string sentence = test.reason == AuthFailure::missing   ? "Token is missing"
                                     : test.reason == AuthFailure::expired ? "Token has expired"
                                                                           : "Token is invalid";
        CHECK(identity.error().error.message == sentence);
        CHECK(identity.error().error.code == Errc::unauthorized);
    }
}

TEST_CASE("the public key is no secret") {
    const TestKey& rsa = first_rsa();
    const std::string pem = rsa.public_pem();
    JwtVerifier by = verifier({{Algorithm::rs256}, "", pem, ""});
    CHECK(refused(by, hs256_token(claims(), R"({"alg":"HS256"})", pem)) == AuthFailure::algorithm);
    CHECK(refused(by, hs256_token(claims(), R"({"alg":"RS256"})", pem)) == AuthFailure::signature);
    // Where both are configured, each algorithm has its own key.
    JwtVerifier both = verifier({{Algorithm::rs256, Algorithm::hs256}, std::string(test_secret), pem, ""});
    CHECK(refused(both, hs256_token(claims(), R"({"alg":"HS256"})", pem)) == AuthFailure::signature);
    taken(both, hs256_token(claims()));
    taken(both, rs256_token(rsa, claims()));
}

TEST_CASE("any byte changed is any token refused") {
    JwtVerifier by = hs256_verifier();
    const std::string good = hs256_token(claims(R"("scope":"notifyd:admin")"));
    for (std::size_t at = 0; at < good.size(); ++at) {
        std::string bad = good;
        for (const char c : {'A', 'z', '.', '=', '\0', '\x80'}) {
            if (good[at] == c) continue;
            bad[at] = c;
            CHECK(by.verify(bad, now).has_error());
        }
        CHECK(by.verify(good.substr(0, at), now).has_error());
    }
}

TEST_CASE("a verified token is known until it expires, not longer") {
    JwtVerifier by = hs256_verifier();
    const std::string token = hs256_token(claims());
    CHECK(by.verify(token, now).has_value());
    CHECK(by.verify(token, 1'700'000'599'999).has_value());
    CHECK(by.verify(token, 1'700'000'629'999).has_value());  // by the leeway, verified anew
    CHECK(by.verify(token, 1'700'000'630'000).error().reason == AuthFailure::expired);
    // The neighbour of a known token is not known.
    CHECK(by.verify(flipped(token, token.size() - 5), now).has_error());
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
