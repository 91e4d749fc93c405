#include "notifyd/publish/user_share.hpp"

#include <catch2/catch.hpp>

#include <optional>

using namespace notifyd;
using publish::UserShare;

namespace {

Identity identity(const char* user, Grant grant = Grant::none) {
    Identity made;
    made.user = UserId(user);
    made.grant = grant;
    return made;
}

}  // namespace

TEST_CASE("one user's waiting messages are bounded, without affecting other users") {
    UserShare share(100);
    const auto first = share.take(identity("u"), 60);
    REQUIRE(first.has_value());
    CHECK(share.take(identity("u"), 40).has_value());
    {
        const auto second = share.take(identity("u"), 40);
        CHECK(second.has_value());
        CHECK(share.take(identity("u"), 1).error().code == Errc::rate_limited);
        CHECK(share.take(identity("v"), 100).has_value());
    }
    // Returned bytes can be taken again.
    CHECK(share.take(identity("u"), 40).has_value());
}

TEST_CASE("a user with nothing waiting gets any size") {
    UserShare share(100);
    const auto large = share.take(identity("u"), 1'000);
    REQUIRE(large.has_value());
    CHECK(share.take(identity("u"), 1).has_error());
}

TEST_CASE("the operator's own tokens are unlimited") {
    UserShare share(100);
    const auto some = share.take(identity("backend", Grant::service), 1'000);
    REQUIRE(some.has_value());
    CHECK(share.take(identity("backend", Grant::service), 1'000).has_value());
    CHECK(share.take(identity("root", Grant::admin), 1'000).has_value());
    CHECK(share.users() == 0);
}

TEST_CASE("users with nothing waiting are forgotten") {
    UserShare share(100);
    std::optional<Result<UserShare::Part>> part(share.take(identity("u"), 10));
    CHECK(share.users() == 1);
    part.reset();
    CHECK(share.users() == 0);
}
