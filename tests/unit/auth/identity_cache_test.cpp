#include "notifyd/auth/identity_cache.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace notifyd;
using namespace notifyd::auth;

namespace {

TokenDigest digest(std::uint8_t number) {
    TokenDigest made{};
    made[0] = number;
    made[31] = number;
    return made;
}

Identity until(EpochMs expires_at, const char* user = "u1") {
    Identity made;
    made.user = UserId(user);
    made.expires_at = expires_at;
    return made;
}

}  // namespace

TEST_CASE("an identity is found until it expires") {
    IdentityCache cache(2);
    CHECK(cache.find(digest(1), 0) == nullptr);
    cache.put(digest(1), until(100));
    REQUIRE(cache.find(digest(1), 99) != nullptr);
    CHECK(cache.find(digest(1), 99)->user.get() == "u1");
    CHECK(cache.find(digest(1), 100) == nullptr);
    CHECK(cache.size() == 0);
    CHECK(cache.find(digest(1), 99) == nullptr);
}

TEST_CASE("the least recently used is evicted first") {
    IdentityCache cache(2);
    cache.put(digest(1), until(100));
    cache.put(digest(2), until(100));
    CHECK(cache.find(digest(1), 0) != nullptr);
    cache.put(digest(3), until(100));
    CHECK(cache.size() == 2);
    CHECK(cache.find(digest(2), 0) == nullptr);
    CHECK(cache.find(digest(1), 0) != nullptr);
    CHECK(cache.find(digest(3), 0) != nullptr);
}

TEST_CASE("putting an entry again replaces it") {
    IdentityCache cache(2);
    cache.put(digest(1), until(100, "old"));
    cache.put(digest(1), until(200, "new"));
    CHECK(cache.size() == 1);
    REQUIRE(cache.find(digest(1), 150) != nullptr);
    CHECK(cache.find(digest(1), 150)->user.get() == "new");
}

TEST_CASE("a cache of capacity zero holds nothing") {
    IdentityCache cache(0);
    cache.put(digest(1), until(100));
    CHECK(cache.size() == 0);
}
