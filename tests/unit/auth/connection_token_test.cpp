#include "notifyd/auth/connection_token.hpp"

#include "notifyd/core/base64url.hpp"

#include "unit/auth/verifier_fixture.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace notifyd;
using namespace notifyd::auth;
using namespace notifyd::testing;

namespace {

constexpr std::string_view secret = "the present secret, 32 bytes or more";
constexpr std::string_view previous = "the secret before it, 32 bytes or more";
constexpr std::string_view other = "somebody else's secret, 32 bytes or more";
const ConnectionTokenRules rules{secret, previous};

const Uuid id = *Uuid::parse("0190b0a1-0000-4000-8000-000000000001");

ConnectionToken sample() {
    return {id, UserId("u1"), now - 1'000, now + 59'000, std::nullopt};
}

// Any payload, signed.
std::string signed_text(const std::string& payload, std::string_view by = secret) {
    const std::string text = base64url_encode(payload);
    return text + '.' + base64url_encode(hmac_sha256(by, text));
}

// A valid payload, with `more` added and the member named `without` removed.
std::string payload(const std::string& more = "", const std::string& without = "") {
    std::string text;
    const std::vector<std::pair<std::string, std::string>> members = {{"userId", "\"u1\""},
                                                                      {"issuedAt", std::to_string(now)},
                                                                      {"expiresAt", std::to_string(now + 60'000)},
                                                                      {"tokenId", '"' + id.to_string() + '"'}};
    for (const auto& [name, value] : members) {
        if (name != without) text += (text.empty() ? "\"" : ",\"") + name + "\":" + value;
    }
    return "{" + text + (more.empty() ? "" : "," + more) + "}";
}

AuthFailure refused(const std::string& text, const ConnectionTokenRules& by = rules) {
    const AuthResult<ConnectionToken> token = verify_connection_token(text, by);
    CAPTURE(text);
    REQUIRE(token.has_error());
    CHECK(token.error().error.code == Errc::unauthorized);
    return token.error().reason;
}

}  // namespace

TEST_CASE("a connection token contains what it was made from") {
    ConnectionToken token = sample();
    token.user = UserId("ümläut \"quoted\"");
    for (const auto& channels : {std::optional<std::vector<std::string>>(),
                                 std::optional(std::vector<std::string>{}),
                                 std::optional(std::vector<std::string>{"social", "a_B-9"})}) {
        token.allowed_channels = channels;
        const std::string text = encode_connection_token(token, secret);
        CHECK(is_connection_token(text));
        const AuthResult<ConnectionToken> read = verify_connection_token(text, rules);
        REQUIRE(read.has_value());
        CHECK(read->id == token.id);
        CHECK(read->user == token.user);
        CHECK(read->issued_at == token.issued_at);
        CHECK(read->expires_at == token.expires_at);
        CHECK(read->allowed_channels == channels);
    }
}

TEST_CASE("the text matches the specification, for programs that parse it") {
    const std::string text = encode_connection_token(sample(), secret);
    const std::size_t dot = text.find('.');
    CHECK(*base64url_decode(text.substr(0, dot)) ==
          R"({"userId":"u1","issuedAt":1699999999000,"expiresAt":1700000059000,)"
          R"("tokenId":"0190b0a1-0000-4000-8000-000000000001"})");
    CHECK(*base64url_decode(text.substr(dot + 1)) == hmac_sha256(secret, text.substr(0, dot)));
    CHECK(verify_connection_token(signed_text(payload()), rules).has_value());
    CHECK(verify_connection_token(signed_text(payload(R"("more":{"x":[1]})")), rules).has_value());
}

TEST_CASE("both secrets are accepted, and no other") {
    const std::string old = encode_connection_token(sample(), previous);
    CHECK(verify_connection_token(old, rules).has_value());
    CHECK(refused(old, {secret, {}}) == AuthFailure::signature);
    CHECK(refused(encode_connection_token(sample(), other)) == AuthFailure::signature);
    // A missing secret is not the same as an empty one.
    CHECK(refused(signed_text(payload(), ""), {{}, {}}) == AuthFailure::signature);
    CHECK(refused(encode_connection_token(sample(), secret), {{}, {}}) == AuthFailure::signature);
}

TEST_CASE("no character of a connection token can be changed, omitted or added") {
    ConnectionToken token = sample();
    token.allowed_channels = {"social"};
    const std::string text = encode_connection_token(token, secret);
    for (std::size_t at = 0; at < text.size(); ++at) {
        CAPTURE(at);
        if (text[at] != '.') {
            CHECK(verify_connection_token(flipped(text, at), rules).has_error());
        }
        std::string shorter = text;
        shorter.erase(at, 1);
        CHECK(verify_connection_token(shorter, rules).has_error());
        for (const char more : {'A', '.', '=', ' ', '\0', '\n'}) {
            std::string longer = text;
            longer.insert(at, 1, more);
            CHECK(verify_connection_token(longer, rules).has_error());
        }
    }
    for (const char more : {'A', '.', '=', ' ', '\0', '\n'}) {
        CHECK(verify_connection_token(text + more, rules).has_error());
    }
}

TEST_CASE("anything that is not a connection token is refused") {
    const std::string good = encode_connection_token(sample(), secret);
    const std::string body = good.substr(0, good.find('.'));
    const std::string code = good.substr(good.find('.') + 1);
    struct Row {
        std::string text;
        AuthFailure reason;
    };
    const std::vector<Row> rows = {
        {"", AuthFailure::malformed},
        {".", AuthFailure::signature},
        {body, AuthFailure::malformed},
        {body + ".", AuthFailure::signature},
        {"." + code, AuthFailure::signature},
        {body + "." + code + ".", AuthFailure::malformed},
        {body + "." + code + "=", AuthFailure::malformed},
        {body + "." + code.substr(0, 20), AuthFailure::signature},
        {body + "." + code + "AAAA", AuthFailure::signature},
        {std::string(9'000, 'A') + "." + code, AuthFailure::malformed},
        {"!!." + base64url_encode(hmac_sha256(secret, "!!")), AuthFailure::malformed},
        {"." + base64url_encode(hmac_sha256(secret, "")), AuthFailure::claims},
        {signed_text("null"), AuthFailure::claims},
        {signed_text("[]"), AuthFailure::claims},
        {signed_text("{"), AuthFailure::claims},
        {signed_text(payload() + " {}"), AuthFailure::claims},
        {signed_text(payload("\"userId\":\"u1\"")), AuthFailure::claims},
        {signed_text(payload("\"x\":{\"a\":1,\"a\":2}")), AuthFailure::claims},
        {signed_text(payload("", "userId")), AuthFailure::claims},
        {signed_text(payload("", "tokenId")), AuthFailure::claims},
        {signed_text(payload("", "issuedAt")), AuthFailure::claims},
        {signed_text(payload("", "expiresAt")), AuthFailure::claims},
        {signed_text(payload("\"userId\":7", "userId")), AuthFailure::claims},
        {signed_text(payload("\"userId\":\"\"", "userId")), AuthFailure::claims},
        {signed_text(payload("\"userId\":\"a,b\"", "userId")), AuthFailure::claims},
        {signed_text(payload("\"userId\":\"a\\u0000b\"", "userId")), AuthFailure::claims},
        {signed_text(payload("\"userId\":\"" + std::string(257, 'u') + "\"", "userId")), AuthFailure::claims},
        {signed_text(payload("\"tokenId\":\"1\"", "tokenId")), AuthFailure::claims},
        {signed_text(payload("\"tokenId\":null", "tokenId")), AuthFailure::claims},
        {signed_text(payload("\"expiresAt\":\"1700000060000\"", "expiresAt")), AuthFailure::claims},
        {signed_text(payload("\"expiresAt\":1700000060000.0", "expiresAt")), AuthFailure::claims},
        {signed_text(payload("\"expiresAt\":1e300", "expiresAt")), AuthFailure::claims},
        {signed_text(payload("\"expiresAt\":18446744073709551615", "expiresAt")), AuthFailure::claims},
        {signed_text(payload("\"expiresAt\":9223372036854775807", "expiresAt")), AuthFailure::claims},
        {signed_text(payload("\"issuedAt\":-1", "issuedAt")), AuthFailure::claims},
        {signed_text(payload("\"issuedAt\":0", "issuedAt")), AuthFailure::claims},  // too long a life
        {signed_text(payload("\"allowedChannels\":\"social\"")), AuthFailure::claims},
        {signed_text(payload("\"allowedChannels\":null")), AuthFailure::claims},
        {signed_text(payload("\"allowedChannels\":[1]")), AuthFailure::claims},
        {signed_text(payload("\"allowedChannels\":[\"*\"]")), AuthFailure::claims},
        {signed_text(payload("\"allowedChannels\":[\"a\\nb\"]")), AuthFailure::claims},
        // Times in seconds, as in a JWT.
        {signed_text(payload("\"expiresAt\":1700000060", "expiresAt")), AuthFailure::claims},
    };
    for (const Row& row : rows) {
        CAPTURE(row.text);
        CHECK(refused(row.text) == row.reason);
    }
}

// Whether it has expired is up to the row: the clock may have been set since the token was made.
TEST_CASE("a connection token must have a plausible lifetime, whatever the clock says") {
    struct Row {
        EpochMs issued_at;
        EpochMs expires_at;
        std::optional<AuthFailure> reason;
    };
    constexpr EpochMs day = 24 * 3'600'000;
    const Row rows[] = {
        {now - 1, now + 1, std::nullopt},
        {now - 60'000, now - 1, std::nullopt},
        {now + 3'600'000, now + 3'660'000, std::nullopt},
        {now, now + day, std::nullopt},
        {now, now + day + 1, AuthFailure::claims},
        {now + 2, now + 1, AuthFailure::claims},
        {now + 1, now + 1, AuthFailure::claims},
    };
    for (const Row& row : rows) {
        ConnectionToken token = sample();
        token.issued_at = row.issued_at;
        token.expires_at = row.expires_at;
        const auto read = verify_connection_token(encode_connection_token(token, secret), rules);
        CAPTURE(row.issued_at - now, row.expires_at - now);
        CHECK(read.has_value() == !row.reason.has_value());
        if (read.has_error()) CHECK(read.error().reason == row.reason);
    }
}

TEST_CASE("a connection token never passes for a JWT, nor a JWT for one, whatever the secret") {
    JwtVerifier jwts = hs256_verifier();
    const ConnectionTokenRules same{test_secret, {}};
    const std::string ticket = encode_connection_token(sample(), test_secret);
    CHECK(refused(jwts, ticket) == AuthFailure::malformed);
    const std::string jwt = hs256_token(claims());
    REQUIRE(jwts.verify(jwt, now).has_value());
    CHECK_FALSE(is_connection_token(jwt));
    CHECK(refused(jwt, same) == AuthFailure::malformed);
    // Pieces of one in the form of the other.
    const std::size_t dot = jwt.find('.');
    CHECK(verify_connection_token(jwt.substr(dot + 1), same).has_error());
    CHECK(verify_connection_token(jwt.substr(0, dot) + jwt.substr(jwt.rfind('.')), same).has_error());
    CHECK(jwts.verify(jwt.substr(0, dot + 1) + ticket, now).has_error());
}
