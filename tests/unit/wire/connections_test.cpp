// Connections as /@connections shows them, and the queries that it accepts.
#include "notifyd/wire/connections.hpp"

#include <catch2/catch.hpp>

using namespace notifyd;

namespace {

ConnectionInfo example() {
    ConnectionInfo info;
    info.user = UserId("u\"1");
    info.connected_at = 0;
    info.last_active_at = 1'500;
    info.address = "2001:db8::1";
    info.user_agent = "a \"client\"";
    info.topics = {*TopicName::make(TopicClass::chat, "a")};
    return info;
}

constexpr const char* text = R"({"connectionId":"00000000-0000-0000-0000-000000000000","userId":"u\"1",)"
                             R"("connectedAt":"1970-01-01T00:00:00.000Z","lastActiveAt":"1970-01-01T00:00:01.500Z",)"
                             R"("identity":{"sourceIp":"2001:db8::1","userAgent":"a \"client\""},"topics":["chat:a"]})";

}  // namespace

TEST_CASE("the reply for one connection, and for a page of them") {
    const std::vector<ConnectionInfo> two{example(), example()};
    CHECK(wire::connection_reply(two.front()) == text);
    CHECK(wire::connections_page({}, std::nullopt) == R"({"connections":[],"count":0})");
    CHECK(wire::connections_page(two, "key") ==
          std::string(R"({"connections":[)") + text + "," + text + R"(],"count":2,"nextStartKey":"key"})");
}

TEST_CASE("the query of the list of connections") {
    const auto all = wire::parse_connections_query({});
    REQUIRE(all.has_value());
    CHECK((!all->user && !all->topic && all->limit == 50 && !all->start_key));
    const auto both = wire::parse_connections_query(
        {{"userId", "u"}, {"targetClass", "org"}, {"targetId", "o"}, {"limit", "7"}, {"startKey", "k"}});
    REQUIRE(both.has_value());
    CHECK(both->user == UserId("u"));
    CHECK(both->topic->text() == "org:o");
    CHECK((both->limit == 7 && both->start_key == "k"));
    for (const QueryParameters& bad : {QueryParameters{{"userId", ""}},
                                       QueryParameters{{"chatId", "a"}, {"chatId", "b"}},
                                       QueryParameters{{"targetClass", "org"}},
                                       QueryParameters{{"limit", "0"}}}) {
        CHECK_FALSE(wire::parse_connections_query(bad).has_value());
    }
}

TEST_CASE("a posted frame is text, and may be empty") {
    CHECK(wire::check_posted_frame("").has_value());
    CHECK(wire::check_posted_frame("x").has_value());
    CHECK(wire::check_posted_frame("\xC3\xA4").has_value());
    for (const std::string_view bad : {"\xC3", "\xFF", "a\xED\xA0\x80"}) {
        const auto checked = wire::check_posted_frame(bad);
        REQUIRE_FALSE(checked.has_value());
        CHECK(checked.error().code == Errc::invalid_request);
    }
}
