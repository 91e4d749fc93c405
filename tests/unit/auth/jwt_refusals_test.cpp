// Refused tokens, and the reasons.
#include "unit/auth/verifier_fixture.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace notifyd;
using namespace notifyd::auth;
using namespace notifyd::testing;

TEST_CASE("bad tokens are refused, each for its own reason") {
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
    taken(by, headed(R"({"alg":"HS256","kid":null})"));

    const struct {
        const char* what;
        std::string token;
        AuthFailure reason;
    } cases[] = {
        {"empty", "", AuthFailure::missing},
        {"alg none, unsigned", signing_input(R"({"alg":"none"})", claims()) + ".", AuthFailure::algorithm},
        {"alg none, signed", headed(R"({"alg":"none"})"), AuthFailure::algorithm},
        {"alg None", headed(R"({"alg":"None"})"), AuthFailure::algorithm},
        {"alg nOnE", headed(R"({"alg":"nOnE"})"), AuthFailure::algorithm},
        {"alg empty", headed(R"({"alg":""})"), AuthFailure::algorithm},
        {"alg missing", headed(R"({"typ":"JWT"})"), AuthFailure::malformed},
        {"alg null", headed(R"({"alg":null})"), AuthFailure::malformed},
        {"alg a list", headed(R"({"alg":["HS256"]})"), AuthFailure::malformed},
        {"alg lower case", headed(R"({"alg":"hs256"})"), AuthFailure::algorithm},
        {"alg not listed", headed(R"({"alg":"HS512"})"), AuthFailure::algorithm},
        {"alg of another kind", headed(R"({"alg":"RS256"})"), AuthFailure::algorithm},
        {"alg twice", headed(R"({"alg":"none","alg":"HS256"})"), AuthFailure::malformed},
        {"alg with NUL", headed(R"({"alg":"HS256\u0000"})"), AuthFailure::algorithm},
        {"encrypted", headed(R"({"alg":"dir","enc":"A128GCM"})"), AuthFailure::algorithm},
        {"crit", headed(R"({"alg":"HS256","crit":["exp"],"exp":1})"), AuthFailure::critical},
        {"crit empty", headed(R"({"alg":"HS256","crit":[]})"), AuthFailure::critical},
        {"crit null", headed(R"({"alg":"HS256","crit":null})"), AuthFailure::critical},
        {"crit beside jku",
         headed(R"({"alg":"HS256","jku":"https://a.example","crit":["jku"]})"),
         AuthFailure::critical},
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
        {"too big", hs256_token(claims(R"("x":")" + std::string(7000, 'x') + '"')), AuthFailure::too_long},
        {"claims no JSON", claimed("hello"), AuthFailure::claims},
        {"claims a list", claimed("[]"), AuthFailure::claims},
        {"claims not UTF-8", claimed("{\"sub\":\"\xff\",\"exp\":1700000600}"), AuthFailure::claims},
        {"duplicate claim", claimed(R"({"sub":"u1","exp":1700000600,"sub":"u2"})"), AuthFailure::claims},
        {"duplicate, escaped", claimed(R"({"sub":"u1","exp":1700000600,"\u0073ub":"u2"})"), AuthFailure::claims},
        {"duplicate inside", claimed(claims(R"("a":{"b":1,"b":2})")), AuthFailure::claims},
        {"no exp", claimed(R"({"sub":"u1"})"), AuthFailure::no_expiry},
        {"exp a string", claimed(R"({"sub":"u1","exp":"1700000600"})"), AuthFailure::ill_typed_time},
        {"exp null", claimed(R"({"sub":"u1","exp":null})"), AuthFailure::no_expiry},
        {"exp true", claimed(R"({"sub":"u1","exp":true})"), AuthFailure::ill_typed_time},
        {"exp negative", claimed(R"({"sub":"u1","exp":-1})"), AuthFailure::ill_typed_time},
        {"exp huge", claimed(R"({"sub":"u1","exp":1e300})"), AuthFailure::ill_typed_time},
        {"exp infinite", claimed(R"({"sub":"u1","exp":1e999})"), AuthFailure::ill_typed_time},
        {"exp over int64", claimed(R"({"sub":"u1","exp":18446744073709551615})"), AuthFailure::ill_typed_time},
        {"exp in ms", claimed(R"({"sub":"u1","exp":1700000600000})"), AuthFailure::ill_typed_time},
        {"exp past", claimed(R"({"sub":"u1","exp":1699999900})"), AuthFailure::expired},
        {"exp zero", claimed(R"({"sub":"u1","exp":0})"), AuthFailure::expired},
        {"nbf ahead", claimed(claims(R"("nbf":1700000031)")), AuthFailure::not_yet_valid},
        {"nbf a string", claimed(claims(R"("nbf":"0")")), AuthFailure::ill_typed_time},
        {"no sub", claimed(R"({"exp":1700000600})"), AuthFailure::no_user_id},
        {"sub null", claimed(R"({"sub":null,"exp":1700000600})"), AuthFailure::no_user_id},
        {"sub with a fraction", claimed(R"({"sub":7.5,"exp":1700000600})"), AuthFailure::user_id},
        {"sub 7.0", claimed(R"({"sub":7.0,"exp":1700000600})"), AuthFailure::user_id},
        {"sub with an exponent", claimed(R"({"sub":1e3,"exp":1700000600})"), AuthFailure::user_id},
        {"sub 2^64", claimed(R"({"sub":18446744073709551616,"exp":1700000600})"), AuthFailure::user_id},
        {"sub below -2^63", claimed(R"({"sub":-9223372036854775809,"exp":1700000600})"), AuthFailure::user_id},
        {"sub true", claimed(R"({"sub":true,"exp":1700000600})"), AuthFailure::user_id},
        {"sub a list", claimed(R"({"sub":[7],"exp":1700000600})"), AuthFailure::user_id},
        {"sub empty", claimed(R"({"sub":"","exp":1700000600})"), AuthFailure::user_id},
        {"sub with comma", claimed(R"({"sub":"a,b","exp":1700000600})"), AuthFailure::user_id},
        {"sub with control", claimed(R"({"sub":"a\nb","exp":1700000600})"), AuthFailure::user_id},
        {"sub with NUL", claimed(R"({"sub":"a\u0000b","exp":1700000600})"), AuthFailure::user_id},
        {"sub too long", claimed(R"({"exp":1700000600,"sub":")" + std::string(257, 'a') + "\"}"), AuthFailure::user_id},
    };
    for (const auto& test : cases) {
        CAPTURE(test.what);
        const AuthResult<Identity> identity = by.verify(test.token, now);
        REQUIRE(identity.has_error());
        CHECK(to_string(identity.error().reason) == to_string(test.reason));
        const std::string message = test.reason == AuthFailure::missing   ? "Token is missing"
                                    : test.reason == AuthFailure::expired ? "Token has expired"
                                                                          : "Token is invalid";
        CHECK(identity.error().error.message == message);
        CHECK(identity.error().error.code == Errc::unauthorized);
    }
}

TEST_CASE("the log learns the user if the signature is good, and only then") {
    config::Auth rules = hs256_rules();
    rules.issuer = "https://id.example";
    JwtVerifier by = hs256_verifier(rules);
    const std::string expired = hs256_token(R"({"sub":"bob","exp":1})");
    for (const std::string& token : {expired, hs256_token(R"({"sub":"bob","exp":1700000600,"iss":"other"})")}) {
        CHECK(by.verify(token, now).error().user == "bob");
    }
    CHECK(by.verify(hs256_token(R"({"exp":1})"), now).error().user.empty());
    CHECK(by.verify(flipped(expired, expired.size() - 2), now).error().user.empty());
    CHECK(by.verify("a.b.c", now).error().user.empty());
}

TEST_CASE("the public key is not accepted as a secret") {
    const TestKey& rsa = first_rsa();
    const std::string pem = rsa.public_pem();
    JwtVerifier by = verifier({{Algorithm::rs256}, "", pem, ""});
    CHECK(refused(by, hs256_token(claims(), R"({"alg":"HS256"})", pem)) == AuthFailure::algorithm);
    CHECK(refused(by, hs256_token(claims(), R"({"alg":"RS256"})", pem)) == AuthFailure::signature);
    // If both are configured, each algorithm has its own key.
    JwtVerifier both = verifier({{Algorithm::rs256, Algorithm::hs256}, std::string(test_secret), pem, ""});
    CHECK(refused(both, hs256_token(claims(), R"({"alg":"HS256"})", pem)) == AuthFailure::signature);
    taken(both, hs256_token(claims()));
    taken(both, rs256_token(rsa, claims()));
}

TEST_CASE("changing any byte makes a token invalid") {
    JwtVerifier by = hs256_verifier();
    const std::string good = hs256_token(claims(R"("scope":"notifyd:admin")"));
    // Verified, found in the cache, remembered.
    for (int i = 0; i < 3; ++i) CHECK(by.verify(good, now).has_value());
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
