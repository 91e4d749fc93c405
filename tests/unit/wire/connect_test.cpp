#include "notifyd/wire/connect.hpp"

#include "support/error_message.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <utility>
#include <vector>

namespace notifyd::wire {

namespace {

using testing::error_message;

using Query = QueryParameters;

std::string topics_of(const Result<ConnectQuery>& query) {
    if (query.has_error()) return query.error().message;
    std::string text;
    for (const TopicName& topic : query->topics) text += topic.text() + " ";
    return text;
}

}  // namespace

TEST_CASE("a connect query may be empty") {
    const auto connect = parse_connect_query({{"resume", "c:1"}, {"epoch", "e"}});
    REQUIRE(connect.has_value());
    CHECK_FALSE(connect->token);
    CHECK(connect->topics.empty());
    CHECK_FALSE(connect->user);
    CHECK(connect->hello == Hello::off);
}

TEST_CASE("a connect query may set every parameter") {
    const auto connect = parse_connect_query({{"token", "t.o.k"},
                                              {"chatId", "a"},
                                              {"chatIds", "b,c"},
                                              {"chatId", "a,d"},
                                              {"orgId", "o1"},
                                              {"orgId", "o2,o1"},
                                              {"hubId", "h"},
                                              {"projectId", "p,p"},
                                              {"userId", "u"},
                                              {"hello", "1"}});
    REQUIRE(connect.has_value());
    CHECK(connect->token == "t.o.k");
    CHECK(connect->user == UserId("u"));
    CHECK(connect->hello == Hello::on);
    CHECK_FALSE(connect->partial);
    CHECK(parse_connect_query({{"partial", "1"}})->partial);
    CHECK(topics_of(connect) == "chat:a chat:d chat:b chat:c org:o1 org:o2 hub:h project:p ");
}

TEST_CASE("an empty list of topics counts as absent") {
    const auto connect = parse_connect_query({{"chatIds", ""}, {"chatId", ""}, {"orgId", ""}, {"hubId", "h"}});
    REQUIRE(connect.has_value());
    CHECK(topics_of(connect) == "hub:h ");
}

TEST_CASE("hello and partial are on with 1, off with 0, and refused with anything else") {
    for (const char* off : {"0", "false", ""}) {
        CHECK(parse_connect_query({{"hello", off}})->hello == Hello::off);
        CHECK_FALSE(parse_connect_query({{"partial", off}})->partial);
    }
    for (const char* on : {"1", "true"}) {
        CHECK(parse_connect_query({{"hello", on}})->hello == Hello::on);
        CHECK(parse_connect_query({{"partial", on}})->partial);
    }
    CHECK(parse_connect_query({{"hello", "yes"}}).error().message == "hello must be 1 or 0");
    CHECK(parse_connect_query({{"partial", "2"}}).error().message == "partial must be 1 or 0");
}

TEST_CASE("a parameter that merely resembles one of ours is ignored") {
    for (const std::string other : {"subId", "busId", "oken", "id", "_id", "v", "utm_id", "projects2"}) {
        CAPTURE(other);
        CHECK(parse_connect_query({{other, "x"}}).has_value());
    }
}

TEST_CASE("a bad connect query is refused") {
    const std::string bad_id = "An id must have 1 to 256 bytes of UTF-8 without control characters and commas";
    const std::vector<std::pair<Query, std::string>> table{
        {{{"chatIds", "a,,b"}}, "chatIds has an empty id"},
        {{{"chatIds", "a,"}}, "chatIds has an empty id"},
        {{{"orgId", ",o"}}, "orgId has an empty id"},
        {{{"chatId", "a\nb"}}, bad_id},
        {{{"hubId", "\xC3"}}, bad_id},
        {{{"projectId", std::string(257, 'p')}}, bad_id},
        {{{"token", "a"}, {"token", "b"}}, "token is given more than once"},
        {{{"userId", "a"}, {"userId", "a"}}, "userId is given more than once"},
        {{{"hello", "1"}, {"hello", "1"}}, "hello is given more than once"},
        {{{"user", "u"}}, "Unknown name \"user\": did you mean \"userId\"?"},
        {{{"org", "o"}}, "Unknown name \"org\": did you mean \"orgId\"?"},
        {{{"chat", "c"}}, "Unknown name \"chat\": did you mean \"chatId\"?"},
        {{{"chat_ids", "a,b"}}, "Unknown name \"chat_ids\": did you mean \"chatIds\"?"},
        {{{"Token", "a"}}, "Unknown name \"Token\": did you mean \"token\"?"},
    };
    for (const auto& [query, expected] : table) {
        CHECK(error_message(parse_connect_query(query)) == expected);
    }
}

TEST_CASE("a connect query names at most 100 topics, each counted once") {
    std::string ids;
    for (int i = 0; i < 100; ++i) ids += (i == 0 ? "c" : ",c") + std::to_string(i);
    const auto full = parse_connect_query({{"chatIds", ids}, {"chatIds", ids}, {"chatId", "c5"}});
    REQUIRE(full.has_value());
    CHECK(full->topics.size() == 100);
    CHECK(error_message(parse_connect_query({{"chatIds", ids}, {"hubId", "h"}})) ==
          "At most 100 topics can be requested in the URL");
}

}  // namespace notifyd::wire
