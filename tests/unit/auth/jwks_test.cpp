// Key sets as providers publish them: a bad entry does not affect the others.
#include "notifyd/auth/key_set.hpp"

#include "unit/auth/verifier_fixture.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace notifyd;
using namespace notifyd::auth;
using config::Algorithm;
using namespace notifyd::testing;

namespace {

std::string set_of(const std::string& entries) {
    return R"({"keys":[)" + entries + "]}";
}

std::string rsa(const std::string& more = R"("kid":"good")", const TestKey& key = first_rsa()) {
    return "{" + key.rsa_jwk() + "," + more + "}";
}

std::string with(std::string jwk, const std::string& name, const std::string& value) {
    const std::size_t start = jwk.find('"' + name + R"(":")") + name.size() + 4;
    return jwk.replace(start, jwk.find('"', start) - start, value);
}

std::shared_ptr<const KeySet> made(const std::string& json, std::vector<Algorithm> algorithms = {Algorithm::rs256}) {
    const auto keys = make_key_set({std::move(algorithms), "", "", json});
    if (keys.has_error()) FAIL(keys.error().message);
    return *keys;
}

std::string header(const std::string& kid, const std::string& algorithm = "RS256") {
    return R"({"alg":")" + algorithm + R"(","kid":")" + kid + "\"}";
}

}  // namespace

TEST_CASE("an unusable entry is skipped with a reason, and the others are used") {
    const std::string p256 = "{" + TestKey::ec("P-256").ec_jwk() + R"(,"kid":"bad"})";
    const std::string p384 = "{" + TestKey::ec("P-384").ec_jwk(48) + R"(,"kid":"bad"})";
    const std::string ed25519 = "{" + TestKey::ed25519().ed25519_jwk() + R"(,"kid":"bad"})";
    const std::string bad_rsa = rsa(R"("kid":"bad")", second_rsa());
    const struct {
        const char* what;
        std::string entry;
        const char* reason;
    } cases[] = {
        {"null", "null", "not a JSON object"},
        {"a string", R"("key")", "not a JSON object"},
        {"a list", "[{}]", "not a JSON object"},
        {"empty", "{}", R"("kty" is missing)"},
        {"kty null", R"({"kty":null,"kid":"bad"})", R"("kty" is missing)"},
        {"unknown kty", R"({"kty":"AKP","kid":"bad","alg":"ML-DSA-44"})", R"("kty" is "AKP")"},
        {"a secret", R"({"kty":"oct","k":"AAAA","kid":"bad"})", "secret"},
        {"RSA of 1024 bits", rsa(R"("kid":"bad")", TestKey::rsa(1024)), "1024 bits"},
        {"no n", R"({"kty":"RSA","e":"AQAB","kid":"bad"})", R"("n" is missing)"},
        {"n empty", R"({"kty":"RSA","n":"","e":"AQAB","kid":"bad"})", R"("n" is missing)"},
        {"n a number", R"({"kty":"RSA","n":5,"e":"AQAB","kid":"bad"})", R"("n" is not a string)"},
        {"no e", R"({"kty":"RSA","n":"AQAB","kid":"bad"})", R"("e" is missing)"},
        {"padded", with(bad_rsa, "e", "AQAB="), R"("e" is not base64url)"},
        {"the other alphabet", with(bad_rsa, "n", "+/+/"), R"("n" is not base64url)"},
        {"exponent 1", with(bad_rsa, "e", "AQ"), "bad exponent"},
        {"a short x", with(p256, "x", base64url_encode(std::string(31, 'x'))), R"("x" has 31 bytes)"},
        {"a long y", with(p256, "y", base64url_encode(std::string(33, 'y'))), R"("y" has 33 bytes)"},
        {"a short coordinate of P-384", with(p384, "y", base64url_encode(std::string(47, 'y'))), "must have 48"},
        {"off the curve", with(p256, "x", base64url_encode(std::string(32, 'x'))), "not a valid EC key"},
        {"no curve", R"({"kty":"EC","x":"AA","y":"AA","kid":"bad"})", R"("crv" is missing)"},
        {"P-521", R"({"kty":"EC","crv":"P-521","x":"AA","y":"AA","kid":"bad"})", R"("crv" is "P-521")"},
        {"X25519", R"({"kty":"OKP","crv":"X25519","x":"AA","kid":"bad"})", R"("crv" is "X25519")"},
        {"short Ed25519", with(ed25519, "x", "AAAA"), R"("x" has 3 bytes)"},
        {"Ed25519 of small order",
         with(ed25519, "x", base64url_encode(std::string(32, '\0'))),
         "anyone can forge signatures"},
        {"kid a number", "{" + second_rsa().rsa_jwk() + R"(,"kid":7})", R"("kid" is not a string)"},
        {"alg a list", rsa(R"("kid":"bad","alg":["RS256"])"), R"("alg" is not a string)"},
        {"alg of another type", rsa(R"("kid":"bad","alg":"ES256")"), R"("alg" is "ES256")"},
        {"alg not supported", rsa(R"("kid":"bad","alg":"PS512")"), R"("alg" is "PS512")"},
        {"use a list", rsa(R"("kid":"bad","use":["sig"])"), R"("use" is not a string)"},
        {"key_ops a string", rsa(R"("kid":"bad","key_ops":"verify")"), "key_ops"},
        {"a member twice", rsa(R"("kid":"bad","kid":"worse")", second_rsa()), "a duplicate member"},
        {"a member twice, deep", rsa(R"("kid":"bad","x":[{"a":1,"a":2}])", second_rsa()), "a duplicate member"},
    };
    for (const auto& test : cases) {
        CAPTURE(test.what);
        for (const bool first : {true, false}) {
            const auto keys = made(set_of(first ? test.entry + "," + rsa() : rsa() + "," + test.entry));
            REQUIRE(keys->size() == 1);
            CHECK(keys->find(Algorithm::rs256, "", "good") != nullptr);
            CHECK(keys->find(Algorithm::rs256, "", "bad") == nullptr);
            REQUIRE(keys->skipped().size() == 1);
            const SkippedKey& skipped = keys->skipped().front();
            CHECK(skipped.number == (first ? 1 : 2));
            CHECK_THAT(skipped.reason, Catch::Contains(test.reason));
            CHECK_THAT(to_string(skipped), Catch::Contains("key " + std::to_string(skipped.number)));
        }
        // On its own, it becomes the reason of an error.
        const auto alone = make_key_set({{Algorithm::rs256}, "", "", set_of(test.entry)});
        REQUIRE(alone.has_error());
        CHECK_THAT(alone.error().message, Catch::StartsWith("auth.jwks: has no usable key: key 1"));
        CHECK_THAT(alone.error().message, Catch::Contains(test.reason));
    }
}

TEST_CASE("keys for other uses are ignored silently") {
    for (const char* entry : {R"({"kty":"RSA","use":"enc","n":"AA","e":"AQAB"})",
                              R"({"kty":"RSA","key_ops":["encrypt"],"n":"AA","e":"AQAB"})",
                              R"({"kty":"RSA","alg":"RSA-OAEP-256","n":"AA","e":"AQAB"})",
                              R"({"kty":"OKP","crv":"X25519","alg":"ECDH-ES","x":"AA"})"}) {
        CAPTURE(entry);
        const auto keys = made(set_of(entry + ("," + rsa())));
        CHECK(keys->size() == 1);
        CHECK(keys->skipped().empty());
    }
}

TEST_CASE("null members count as absent, and a byte order mark is ignored") {
    const auto keys =
        made("\xEF\xBB\xBF" + set_of(rsa(R"("kid":"good","use":null,"alg":null,"key_ops":null,"x5c":null)")));
    CHECK(keys->find(Algorithm::rs256, "", "good") != nullptr);
    CHECK(made(set_of(rsa(R"("kid":null)")))->find(Algorithm::rs256, "", std::nullopt) != nullptr);
}

TEST_CASE("keys of the same name are distinguished by their algorithm, and by nothing else") {
    const std::vector<Algorithm> both{Algorithm::rs256, Algorithm::rs512, Algorithm::es256};
    const std::string one = rsa(R"("kid":"k","alg":"RS256")");
    const std::string other = rsa(R"("kid":"k","alg":"RS512")", second_rsa());
    const std::string curve = "{" + TestKey::ec().ec_jwk() + R"(,"kid":"k"})";
    const auto apart = made(set_of(one + "," + other + "," + curve), both);
    CHECK(apart->skipped().empty());
    JwtVerifier by(apart, {});
    taken(by, rs256_token(first_rsa(), claims(), header("k")));
    CHECK(refused(by, rs256_token(second_rsa(), claims(), header("k"))) == AuthFailure::signature);
    const std::string input = signing_input(header("k", "RS512"), claims());
    taken(by, with_signature(input, second_rsa().sign(input, EVP_sha512())));
    CHECK(apart->find(Algorithm::es256, "", "k") != nullptr);

    // The first of two that a token could mean is used, whatever the second is.
    for (const char* more : {R"("kid":"k")", R"("kid":"k","alg":"RS256")"}) {
        for (const TestKey* key : {&first_rsa(), &second_rsa()}) {
            const auto keys = made(set_of(one + "," + rsa(more, *key)), both);
            REQUIRE(keys->skipped().size() == 1);
            CHECK(keys->skipped().front().number == 2);
            CHECK(keys->skipped().front().kid == "k");
            CHECK_THAT(keys->skipped().front().reason, Catch::Contains("key 1"));
            JwtVerifier first(keys, {});
            taken(first, rs256_token(first_rsa(), claims(), header("k")));
            CHECK(refused(first, rs256_token(second_rsa(), claims(), header("k"))) == AuthFailure::signature);
        }
    }
}

TEST_CASE("a large set is used, up to a limit") {
    std::string many = rsa(R"("kid":"k0")");
    for (int i = 1; i < 60; ++i) many += "," + rsa(R"("kid":"k)" + std::to_string(i) + '"');
    const auto all = made(set_of(many));
    CHECK(all->size() == 60);
    CHECK(all->skipped().empty());
    for (int i = 60; i < 103; ++i) many += "," + rsa(R"("kid":"k)" + std::to_string(i) + '"');
    const auto some = made(set_of(many));
    CHECK(some->size() == 100);
    REQUIRE(some->skipped().size() == 1);
    CHECK(some->skipped().front().number == 101);
    CHECK_THAT(some->skipped().front().reason, Catch::Contains("100 keys"));

    // The report is bounded, too.
    std::string rubbish = rsa();
    for (int i = 0; i < 1'000; ++i) rubbish += ",null";
    const auto one = made(set_of(rubbish));
    CHECK(one->size() == 1);
    CHECK(one->skipped().size() == 20);
    CHECK_THAT(one->skipped().back().reason, Catch::Contains("980 more"));
}

TEST_CASE("a provider's text cannot corrupt a log") {
    const auto keys = made(set_of(R"({"kty":"\u001b[2J\n)" + std::string(5'000, 'x') + R"(","kid":"\u001b]0;a\u0007)" +
                                  std::string(5'000, 'k') + "\"}," + rsa()));
    const std::string message = to_string(keys->skipped().front());
    CHECK(message.size() < 200);
    for (const char c : message) CHECK((c >= ' ' && c <= '~'));
}

TEST_CASE("an algorithm that no key of the set fits is a warning, not an error") {
    const auto keys = made(set_of(rsa()), {Algorithm::rs256, Algorithm::es256, Algorithm::eddsa});
    CHECK(keys->without_key() == std::vector{Algorithm::es256, Algorithm::eddsa});
    CHECK_THAT(without_key_message(Algorithm::es256), Catch::Contains("ES256"));
    CHECK(made(set_of(rsa()))->without_key().empty());
    // A secret never comes from a JWKS, and a set that fits nothing is useless.
    CHECK(make_key_set({{Algorithm::rs256, Algorithm::hs256}, "", "", set_of(rsa())}).has_error());
    const auto unfit = make_key_set({{Algorithm::es256, Algorithm::eddsa}, "", "", set_of(rsa())});
    REQUIRE(unfit.has_error());
    CHECK(unfit.error().message == "auth.jwks: has no key for any of auth.algorithms (ES256, EdDSA)");
}

TEST_CASE("an entry that is not readable JSON is skipped, too, and the others are used") {
    const auto nested = [](std::size_t depth) {
        return R"({"kty":"RSA","x":)" + std::string(depth, '[') + std::string(depth, ']') + "}";
    };
    const std::string cases[] = {
        R"({"kty":"RSA","kid":"\ud800"})",
        R"({"kty":"RSA","kid":"\udc00x"})",
        R"({"kty":"RSA","k\ud800":1})",
        "{\"kty\":\"RSA\",\"kid\":\"\xFF\"}",
        "{\"kty\":\"RSA\",\"kid\":\"a\nb\"}",
        R"({"kty":"RSA","kid":"\q"})",
        R"({"kty":"RSA","n":1e99999999999})",
        R"({"kty":"RSA","n":01})",
        R"({'kty':'RSA'})",
        R"({"kty":"RSA",})",
        R"({"kty" "RSA"})",
        R"({"kty":"RSA","x":",]}{[\"","kid":"\ud800"})",
        "nul",
        "NaN",
        nested(300),
    };
    for (const std::string& entry : cases) {
        CAPTURE(entry);
        for (const bool first : {true, false}) {
            const std::string entries = first ? entry + " , " + rsa() : rsa() + "," + entry;
            const auto keys = made(R"({"a":["keys"],"keys" : [)" + entries + R"(],"b":[1,"]"]})");
            CHECK(keys->find(Algorithm::rs256, "", "good") != nullptr);
            REQUIRE(keys->skipped().size() == 1);
            CHECK(keys->skipped().front().number == (first ? 1 : 2));
            CHECK_THAT(keys->skipped().front().reason, Catch::Contains("not readable JSON: "));
        }
    }
    // As deep as some providers nest what they put beside a key.
    const auto deep = made(set_of(rsa(R"("kid":"good","x":)" + nested(100))));
    CHECK(deep->skipped().empty());
    const auto two = made(set_of(cases[0] + "," + rsa() + "," + cases[5] + ",null"));
    CHECK(two->size() == 1);
    REQUIRE(two->skipped().size() == 3);
    CHECK(two->skipped()[0].fingerprint != two->skipped()[1].fingerprint);
    CHECK(two->skipped()[1].fingerprint != two->skipped()[2].fingerprint);
}

TEST_CASE("a text that is not a set is refused with what is wrong and where") {
    const struct {
        std::string text;
        const char* told;
    } cases[] = {
        {"<html>", "syntax error at byte 1"},
        {"{", "incomplete JSON at byte"},
        {set_of(rsa()) + "x", "extra data at byte"},
        {set_of(rsa() + ","), "at byte"},
        {set_of("," + rsa()), "at byte"},
        {R"({"x":"\ud800","keys":[)" + rsa() + "]}", "at byte"},
        {R"({"keys":[)" + rsa() + R"(],"keys":[]})", "a duplicate member at byte"},
        {R"({"keys":[nul],"keys":[)" + rsa() + "]}", "at byte"},
        {set_of(rsa()).substr(0, 40), "incomplete JSON at byte 41"},
        {"[]", "it is not a JSON object"},
        {"{}", "it has no list \"keys\""},
        {R"({"keys":{}})", "it has no list \"keys\""},
    };
    for (const auto& test : cases) {
        CAPTURE(test.text);
        const auto keys = make_key_set({{Algorithm::rs256}, "", "", test.text});
        REQUIRE(keys.has_error());
        CHECK_THAT(keys.error().message, Catch::StartsWith("auth.jwks: is not a JSON Web Key Set: "));
        CHECK_THAT(keys.error().message, Catch::Contains(test.told));
    }
}
