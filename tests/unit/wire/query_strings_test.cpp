#include "notifyd/wire/api_types.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <utility>
#include <vector>

namespace notifyd::wire {

namespace {

using Query = QueryParameters;

const Query chat{{"chatId", "c"}};

Query with(Query query, const Query& more) {
    query.insert(query.end(), more.begin(), more.end());
    return query;
}

std::string ranges_of(const HistoryRequest& request) {
    std::string text;
    for (const SequenceRange& range : request.sequences) {
        text += std::to_string(range.first) + "-" + std::to_string(range.last) + " ";
    }
    return text;
}

// The ranges, or the sentence of the error.
std::string sequences(const Query& more) {
    const auto request = parse_messages_query(with(chat, more));
    return request.has_value() ? ranges_of(*request) : request.error().message;
}

template <class T>
std::string sentence(const Result<T>& result) {
    if (result.has_value()) return "accepted";
    CHECK(result.error().code == Errc::invalid_request);
    return result.error().message;
}

std::string topics_of(const Result<ConnectQuery>& query) {
    if (query.has_error()) return query.error().message;
    std::string text;
    for (const TopicName& topic : query->topics) text += topic.text() + " ";
    return text;
}

}  // namespace

TEST_CASE("a history query has defaults") {
    const auto request = parse_messages_query(with(chat, {{"unknown", "1"}, {"unknown", "2"}}));
    REQUIRE(request.has_value());
    CHECK(request->topic.text() == "chat:c");
    CHECK(request->limit == 50);
    CHECK_FALSE(request->start_key);
    CHECK_FALSE(request->from_time);
    CHECK_FALSE(request->to_time);
    CHECK(request->sequences.empty());
    CHECK(request->order == PageOrder::newest_first);
}

TEST_CASE("a history query says everything") {
    const auto request = parse_messages_query({{"targetClass", "org"},
                                               {"targetId", "o"},
                                               {"limit", "100"},
                                               {"startKey", "anything"},
                                               {"fromTimestamp", "1970-01-01T00:00:01Z"},
                                               {"toTimestamp", "2500"},
                                               {"order", "asc"}});
    REQUIRE(request.has_value());
    CHECK(request->topic.text() == "org:o");
    CHECK(request->limit == 100);
    CHECK(request->start_key == "anything");
    CHECK(request->from_time == 1'000);
    CHECK(request->to_time == 2'500);
    CHECK(request->order == PageOrder::oldest_first);
}

TEST_CASE("a bad history query is refused with a sentence") {
    const std::string missing = "Missing required parameter: chatId or targetId with targetClass";
    const std::string limit = "limit must be a number from 1 to 100";
    const std::string from = "fromTimestamp must be an ISO 8601 time with a zone, or epoch milliseconds";
    const std::vector<std::pair<Query, std::string>> table{
        {{}, missing},
        {{{"targetClass", "org"}}, missing},
        {{{"chatId", "c"}, {"targetId", "o"}}, "Give either chatId or targetId with targetClass, not both"},
        {{{"chatId", ""}}, "An id must have 1 to 256 bytes of UTF-8 without control characters and commas"},
        {{{"chatId", "\xFF"}}, "An id must have 1 to 256 bytes of UTF-8 without control characters and commas"},
        {{{"chatId", "c"}, {"chatId", "c"}}, "chatId is given more than once"},
        {with(chat, {{"limit", "0"}}), limit},
        {with(chat, {{"limit", "101"}}), limit},
        {with(chat, {{"limit", "-1"}}), limit},
        {with(chat, {{"limit", "+5"}}), limit},
        {with(chat, {{"limit", "5 "}}), limit},
        {with(chat, {{"limit", "ten"}}), limit},
        {with(chat, {{"limit", ""}}), limit},
        {with(chat, {{"limit", "99999999999999999999999"}}), limit},
        {with(chat, {{"limit", "5"}, {"limit", "5"}}), "limit is given more than once"},
        {with(chat, {{"order", "ASC"}}), "order must be asc or desc"},
        {with(chat, {{"order", ""}}), "order must be asc or desc"},
        {with(chat, {{"order", "asc"}, {"order", "asc"}}), "order is given more than once"},
        {with(chat, {{"startKey", "a"}, {"startKey", "b"}}), "startKey is given more than once"},
        {with(chat, {{"fromTimestamp", "yesterday"}}), from},
        {with(chat, {{"fromTimestamp", "1767225600"}}),
         "fromTimestamp is given in seconds: give milliseconds (times 1000), or an ISO 8601 time"},
        {with(chat, {{"toTimestamp", "1767225600.25"}}),
         "toTimestamp is given in seconds: give milliseconds (times 1000), or an ISO 8601 time"},
        {with(chat, {{"fromTimestamp", "20260131"}}),
         "fromTimestamp looks like a date: write it as ISO 8601 (2026-01-31T00:00:00Z), or give milliseconds"},
        {with(chat, {{"toTimestamp", "19700101"}}),
         "toTimestamp looks like a date: write it as ISO 8601 (2026-01-31T00:00:00Z), or give milliseconds"},
        {with(chat, {{"from_timestamp", "5"}}), "Unknown name \"from_timestamp\": did you mean \"fromTimestamp\"?"},
        {with(chat, {{"Limit", "5"}}), "Unknown name \"Limit\": did you mean \"limit\"?"},
        {with(chat, {{"chatIds", "c"}}), "Unknown name \"chatIds\": did you mean \"chatId\"?"},
        {with(chat, {{"fromTimestamp", ""}}), from},
        {with(chat, {{"fromTimestamp", "-5"}}), from},
        {with(chat, {{"fromTimestamp", "2026-01-31T12:00:00"}}), from},
        {with(chat, {{"fromTimestamp", "253402300800000"}}), from},
        {with(chat, {{"fromTimestamp", "2"}, {"toTimestamp", "1"}}), "fromTimestamp must not be after toTimestamp"},
        {with(chat, {{"fromSequence", "x"}}), "fromSequence must be a number"},
        {with(chat, {{"fromSequence", "9223372036854775808"}}), "fromSequence must be a number"},
        {with(chat, {{"toSequence", "-1"}}), "toSequence must be a number"},
        {with(chat, {{"fromSequence", "1"}, {"fromSequence", "2"}}), "fromSequence is given more than once"},
    };
    for (const auto& [query, expected] : table) {
        CHECK(sentence(parse_messages_query(query)) == expected);
    }
}

TEST_CASE("an empty startKey is none, and whoever asks for numbers gets a hundred") {
    CHECK_FALSE(parse_messages_query(with(chat, {{"startKey", ""}}))->start_key);
    CHECK(parse_messages_query(with(chat, {{"sequences", "1-100"}}))->limit == 100);
    CHECK(parse_messages_query(with(chat, {{"sequences", "1-100"}, {"limit", "7"}}))->limit == 7);
    CHECK(parse_messages_query(with(chat, {{"fromSequence", "1"}}))->limit == 50);
    CHECK(parse_messages_query(with(chat, {{"utm_source", "x"}, {"_", "1"}})).has_value());
}

TEST_CASE("times near the seconds are taken as what they are") {
    for (const EpochMs time : {EpochMs{0},
                               EpochMs{99'999'999},
                               EpochMs{100'000'000'000},
                               EpochMs{19'691'231},
                               EpochMs{20'260'230},
                               EpochMs{20'261'301},
                               EpochMs{2'026'013}}) {
        CHECK(parse_messages_query(with(chat, {{"fromTimestamp", std::to_string(time)}}))->from_time == time);
    }
}

TEST_CASE("a plus that arrived as a space still is an offset") {
    const auto request = parse_messages_query(with(chat, {{"fromTimestamp", "1970-01-01T02:00:00 02:00"}}));
    REQUIRE(request.has_value());
    CHECK(request->from_time == 0);
}

TEST_CASE("sequences are merged, sorted and bounded") {
    const std::string bad = "sequences must be numbers and ranges such as 3,5,9-12";
    const std::string many = "sequences may name at most 100 numbers";
    const std::vector<std::pair<std::string, std::string>> table{
        {"3,5,9-12", "3-3 5-5 9-12 "},
        {"7", "7-7 "},
        {"9-12,5,3", "3-3 5-5 9-12 "},
        {"1,2,3", "1-3 "},
        {"1-5,3-9,9,20", "1-9 20-20 "},
        {"5,5,5", "5-5 "},
        {"1-100", "1-100 "},
        {"1-50,1-50,51-100", "1-100 "},
        {"9223372036854775807", "9223372036854775807-9223372036854775807 "},
        {"1-101", many},
        {"1-100,200", many},
        {"1-9223372036854775807", many},
        {"", bad},
        {"0", bad},
        {"0-5", bad},
        {"5-3", bad},
        {"3,,5", bad},
        {"3,", bad},
        {"3-", bad},
        {"-3", bad},
        {"3--5", bad},
        {"3-5-7", bad},
        {"3, 5", bad},
        {"a", bad},
        {"9223372036854775808", bad},
        {"99999999999999999999", bad},
    };
    for (const auto& [list, expected] : table) {
        CAPTURE(list);
        CHECK(sequences({{"sequences", list}}) == expected);
    }
}

TEST_CASE("from and to cut the sequences") {
    CHECK(sequences({{"fromSequence", "5"}}) == "5-9223372036854775807 ");
    CHECK(sequences({{"fromSequence", "0"}}) == "1-9223372036854775807 ");
    CHECK(sequences({{"toSequence", "5"}}) == "1-5 ");
    CHECK(sequences({{"fromSequence", "5"}, {"toSequence", "5"}}) == "5-5 ");
    CHECK(sequences({{"fromSequence", "6"}, {"toSequence", "5"}}) == "fromSequence must not be above toSequence");
    CHECK(sequences({{"toSequence", "0"}}) == "fromSequence must not be above toSequence");
    CHECK(sequences({{"sequences", "1-4,6,8-20"}, {"fromSequence", "4"}, {"toSequence", "10"}}) == "4-4 6-6 8-10 ");
    CHECK(sequences({{"sequences", "3"}, {"fromSequence", "4"}}) ==
          "sequences, fromSequence and toSequence have no number in common");
}

TEST_CASE("any sequence filter turns the order to ascending, unless the client says otherwise") {
    for (const Query& filter : {Query{{"sequences", "3"}}, Query{{"fromSequence", "3"}}, Query{{"toSequence", "3"}}}) {
        CHECK(parse_messages_query(with(chat, filter))->order == PageOrder::oldest_first);
        CHECK(parse_messages_query(with(with(chat, filter), {{"order", "desc"}}))->order == PageOrder::newest_first);
    }
}

TEST_CASE("permissions are asked for by user or by topic") {
    const auto own = parse_permissions_query({});
    REQUIRE(own.has_value());
    CHECK_FALSE(own->user);
    CHECK_FALSE(own->topic);
    CHECK(own->limit == 50);

    const auto user = parse_permissions_query({{"userId", "u"}, {"limit", "7"}, {"startKey", "k"}});
    REQUIRE(user.has_value());
    CHECK(user->user == UserId("u"));
    CHECK(user->limit == 7);
    CHECK(user->start_key == "k");

    const auto topic = parse_permissions_query({{"targetClass", "hub"}, {"targetId", "h"}});
    REQUIRE(topic.has_value());
    CHECK(topic->topic->text() == "hub:h");

    CHECK(sentence(parse_permissions_query({{"userId", "u"}, {"chatId", "c"}})) ==
          "Give either userId or a topic, not both");
    CHECK(sentence(parse_permissions_query({{"targetClass", "hub"}})) ==
          "Missing required parameter: chatId or targetId with targetClass");
    CHECK(sentence(parse_permissions_query({{"limit", "101"}})) == "limit must be a number from 1 to 100");
    CHECK(sentence(parse_permissions_query({{"userId", ""}})) ==
          "A user id must have 1 to 256 bytes of UTF-8 without control characters and commas");
    CHECK(sentence(parse_permissions_query({{"userId", "a"}, {"userId", "b"}})) == "userId is given more than once");
}

TEST_CASE("a revocation names a user and a topic") {
    const auto revoke = parse_revoke_query({{"userId", "u"}, {"chatId", "c"}});
    REQUIRE(revoke.has_value());
    CHECK(revoke->user == UserId("u"));
    CHECK(revoke->topic.text() == "chat:c");
    CHECK(sentence(parse_revoke_query({{"chatId", "c"}})) == "Missing required parameter: userId");
    CHECK(sentence(parse_revoke_query({{"userId", "u"}})) ==
          "Missing required parameter: chatId or targetId with targetClass");
    CHECK(sentence(parse_revoke_query({{"userId", "u"}, {"chatId", "c"}, {"chatId", "d"}})) ==
          "chatId is given more than once");
}

TEST_CASE("a connect query may be empty") {
    const auto connect = parse_connect_query({{"resume", "c:1"}, {"epoch", "e"}});
    REQUIRE(connect.has_value());
    CHECK_FALSE(connect->token);
    CHECK(connect->topics.empty());
    CHECK_FALSE(connect->user);
    CHECK(connect->hello == Hello::off);
}

TEST_CASE("a connect query says everything") {
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

TEST_CASE("an empty list of topics is none") {
    const auto connect = parse_connect_query({{"chatIds", ""}, {"chatId", ""}, {"orgId", ""}, {"hubId", "h"}});
    REQUIRE(connect.has_value());
    CHECK(topics_of(connect) == "hub:h ");
}

TEST_CASE("hello and partial are on with 1, off with 0, and refused with anything that is neither") {
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

TEST_CASE("a parameter that only looks like one of ours is passed over") {
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
        CHECK(sentence(parse_connect_query(query)) == expected);
    }
}

TEST_CASE("a connect query names at most 100 topics, each counted once") {
    std::string ids;
    for (int i = 0; i < 100; ++i) ids += (i == 0 ? "c" : ",c") + std::to_string(i);
    const auto full = parse_connect_query({{"chatIds", ids}, {"chatIds", ids}, {"chatId", "c5"}});
    REQUIRE(full.has_value());
    CHECK(full->topics.size() == 100);
    CHECK(sentence(parse_connect_query({{"chatIds", ids}, {"hubId", "h"}})) ==
          "At most 100 topics can be requested in the URL");
}

}  // namespace notifyd::wire
