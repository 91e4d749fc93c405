// Finding tokens in headers.
#include "http/bearer.hpp"

#include <catch2/catch.hpp>

using notifyd::gateway::bearer_token;
using notifyd::gateway::read_subprotocols;

TEST_CASE("the bearer token of the Authorization header is found, in any case of the scheme") {
    CHECK(bearer_token("Bearer abc.def.ghi") == "abc.def.ghi");
    CHECK(bearer_token("bearer  abc ") == "abc");
    for (const char* none : {"", "Bearer", "Basic abc", "abc.def.ghi", "Bearerabc"}) CHECK(bearer_token(none).empty());
}

TEST_CASE("subprotocols: notifyd.v1, and a token that is never echoed") {
    const auto both = read_subprotocols("notifyd.v1, bearer.aaa.bbb.ccc");
    CHECK(both.notifyd_v1);
    CHECK(both.token == "aaa.bbb.ccc");
    const auto other = read_subprotocols("chat, superchat");
    CHECK_FALSE(other.notifyd_v1);
    CHECK(other.token.empty());
    CHECK_FALSE(read_subprotocols("").notifyd_v1);
    CHECK_FALSE(read_subprotocols("notifyd.v10").notifyd_v1);
    CHECK(read_subprotocols(",,notifyd.v1,").notifyd_v1);
}
