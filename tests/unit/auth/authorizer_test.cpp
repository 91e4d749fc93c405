#include "notifyd/auth/authorizer.hpp"

#include "notifyd/auth/mint_token.hpp"

#include "unit/auth/token_maker.hpp"
#include "unit/permissions/fakes.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace notifyd;
using namespace notifyd::auth;
using namespace notifyd::testing;

namespace {

struct Door {
    Door() {
        config::Auth rules;
        rules.algorithms = {config::Algorithm::hs256};
        rules.claims = {{TopicClass::org, "org"}};
        const auto keys = make_key_set({rules.algorithms, std::string(test_secret), "", ""});
        REQUIRE(keys.has_value());
        verifier = std::make_unique<JwtVerifier>(*keys, rules);
        authorizer = std::make_unique<Authorizer>(*verifier, permissions, parts.clock);
        parts.row("u1", "chat:a", Role::viewer);
        parts.row("u1", "chat:b", Role::member);
        parts.row("u2", "chat:secret", Role::member);
    }

    [[nodiscard]] std::string token(const std::string& user = "u1", std::vector<std::string> scopes = {}) {
        MintRequest request;
        request.user = UserId(user);
        request.scopes = std::move(scopes);
        request.ttl = std::chrono::hours(1);
        return mint_token(test_secret, request, parts.clock.now_ms(), ids);
    }

    PermissionParts parts;
    permissions::PermissionManager permissions = parts.manager();
    SystemIdSource ids;
    std::unique_ptr<JwtVerifier> verifier;
    std::unique_ptr<Authorizer> authorizer;
};

std::vector<TopicName> topics(std::initializer_list<const char*> names) {
    std::vector<TopicName> made;
    for (const char* name : names) made.push_back(topic(name));
    return made;
}

}  // namespace

TEST_CASE("a request is admitted by its token") {
    Door door;
    CHECK(door.authorizer->authenticate(door.token())->user.get() == "u1");
    CHECK(door.authorizer->authenticate("").error().reason == AuthFailure::missing);
    CHECK(door.authorizer->authenticate("a.b.c").error().error.code == Errc::unauthorized);
    CHECK(door.authorizer->authenticate("a.b").error().reason == AuthFailure::connection_token);
    CHECK(door.authorizer->authenticate("a.b").error().error.code == Errc::unauthorized);
    const std::string token = door.token();
    door.parts.clock.advance(std::chrono::hours(2));
    CHECK(door.authorizer->authenticate(token).error().reason == AuthFailure::expired);
}

TEST_CASE("a connect gets the user's own topic and the requested ones, in order and without repetitions") {
    Door door;
    const std::string token = door.token();
    const auto grant =
        door.authorizer->connect({token, "u1", topics({"chat:b", "chat:a", "user:u1", "chat:b", "chat:a"})});
    REQUIRE(grant.has_value());
    CHECK(grant->identity.user.get() == "u1");
    CHECK(grant->topics == topics({"user:u1", "chat:b", "chat:a"}));

    const auto bare = door.authorizer->connect({token, std::nullopt, {}});
    REQUIRE(bare.has_value());
    CHECK(bare->topics == topics({"user:u1"}));
}

TEST_CASE("a connect is refused as a whole") {
    Door door;
    const std::string token = door.token();
    const std::string service = door.token("svc", {"notifyd:publish"});
    const struct {
        const char* what;
        ConnectRequest request;
        Errc code;
        AuthFailure reason;
    } cases[] = {
        {"no token", {"", std::nullopt, {}}, Errc::unauthorized, AuthFailure::missing},
        {"bad token", {"x.y.z", std::nullopt, topics({"chat:a"})}, Errc::unauthorized, AuthFailure::malformed},
        {"another user", {token, "u2", {}}, Errc::forbidden, AuthFailure::other_user},
        {"an empty user", {token, "", {}}, Errc::forbidden, AuthFailure::other_user},
        {"a forbidden topic", {token, "u1", topics({"chat:a", "chat:secret"})}, Errc::forbidden, AuthFailure::topic},
        {"an unknown topic", {token, "u1", topics({"chat:none"})}, Errc::forbidden, AuthFailure::topic},
        {"another's topic", {token, "u1", topics({"user:u2"})}, Errc::forbidden, AuthFailure::topic},
        {"a service listens", {service, std::nullopt, topics({"chat:a"})}, Errc::forbidden, AuthFailure::topic},
    };
    for (const auto& test : cases) {
        CAPTURE(test.what);
        const auto grant = door.authorizer->connect(test.request);
        REQUIRE(grant.has_error());
        CHECK(grant.error().error.code == test.code);
        CHECK(grant.error().reason == test.reason);
    }
    const auto forbidden = door.authorizer->connect({token, std::nullopt, topics({"chat:secret"})});
    const auto unknown = door.authorizer->connect({token, std::nullopt, topics({"chat:none"})});
    CHECK(forbidden.error().error.message == unknown.error().error.message);
    // For the log.
    CHECK(forbidden.error().user == "u1");
    CHECK(forbidden.error().error.topic == "chat:secret");
    CHECK(door.authorizer->connect({token, "u2", {}}).error().user == "u1");
}

TEST_CASE("an admin token and a claim give access to topics without rows") {
    Door door;
    const std::string admin = door.token("root", {"notifyd:admin"});
    CHECK(door.authorizer->connect({admin, std::nullopt, topics({"chat:secret", "user:u2"})}).has_value());
    const std::string member = hs256_token(R"({"sub":"u3","exp":1700003600,"org":"acme"})");
    CHECK(door.authorizer->connect({member, std::nullopt, topics({"org:acme"})}).has_value());
    CHECK(door.authorizer->connect({member, std::nullopt, topics({"org:other"})}).has_error());
}
