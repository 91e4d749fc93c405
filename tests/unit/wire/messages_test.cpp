#include "notifyd/wire/messages.hpp"

#include "support/error_message.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <utility>
#include <vector>

namespace notifyd::wire {

namespace {

using testing::error_message;

constexpr EpochMs noon = 1'769'860'800'000;
const std::string noon_text = "\"2026-01-31T12:00:00.000Z\"";

using Query = QueryParameters;

const Query chat{{"chatId", "c"}};

Query with(Query query, const Query& more) {
    query.insert(query.end(), more.begin(), more.end());
    return query;
}

TopicName topic(const std::string& text) {
    return *TopicName::parse(text);
}

std::string ranges_of(const HistoryRequest& request) {
    std::string text;
    for (const SequenceRange& range : request.sequences) {
        text += std::to_string(range.first) + "-" + std::to_string(range.last) + " ";
    }
    return text;
}

// The ranges, or the error's message.
std::string sequences(const Query& more) {
    const auto request = parse_messages_query(with(chat, more));
    return request.has_value() ? ranges_of(*request) : request.error().message;
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

TEST_CASE("a history query may set every parameter") {
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

TEST_CASE("a bad history query is refused with a message") {
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
        CHECK(error_message(parse_messages_query(query)) == expected);
    }
}

TEST_CASE("an empty startKey counts as absent, and the limit for numbers is a hundred") {
    CHECK_FALSE(parse_messages_query(with(chat, {{"startKey", ""}}))->start_key);
    CHECK(parse_messages_query(with(chat, {{"sequences", "1-100"}}))->limit == 100);
    CHECK(parse_messages_query(with(chat, {{"sequences", "1-100"}, {"limit", "7"}}))->limit == 7);
    CHECK(parse_messages_query(with(chat, {{"fromSequence", "1"}}))->limit == 50);
    CHECK(parse_messages_query(with(chat, {{"utm_source", "x"}, {"_", "1"}})).has_value());
}

TEST_CASE("numbers that could be seconds are distinguished from milliseconds") {
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

TEST_CASE("a plus that arrived as a space is still an offset") {
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

TEST_CASE("from and to restrict the sequences") {
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

TEST_CASE("any sequence filter makes the order ascending, unless the client says otherwise") {
    for (const Query& filter : {Query{{"sequences", "3"}}, Query{{"fromSequence", "3"}}, Query{{"toSequence", "3"}}}) {
        CHECK(parse_messages_query(with(chat, filter))->order == PageOrder::oldest_first);
        CHECK(parse_messages_query(with(with(chat, filter), {{"order", "desc"}}))->order == PageOrder::newest_first);
    }
}

TEST_CASE("a page shows each message as it was delivered, with history's own fields") {
    Page page;
    page.messages.push_back({{42, 7}, {}, {}, 42, noon, "WebSocket", R"({"a":1,"chatId":"c")"});
    page.messages.push_back({{42, 8}, {}, {}, 0, noon + 1'999, "Email", R"({"b":2,"chatId":"c")"});
    CHECK(messages_page(topic("chat:c"), page, "key", "epoch-1", Milliseconds{1'000}) ==
          R"({"chatId":"c","messages":[{"a":1,"chatId":"c","sequenceNumber":42,"timestamp":)" + noon_text +
              R"(,"ttl":1769860801},{"b":2,"chatId":"c","timestamp":"2026-01-31T12:00:01.999Z","ttl":1769860802)" +
              R"(,"channel":"Email"}],"count":2,"scannedCount":2,"epoch":"epoch-1")" +
              R"(,"nextStartKey":"key","nextToken":"key"})");
}

TEST_CASE("messages that are kept for ever have no ttl, and the last page has no key") {
    Page page;
    page.messages.push_back({{1, 1}, {}, {}, 1, noon, "WebSocket", "{\"a\":1"});
    CHECK(messages_page(topic("user:u"), page, std::nullopt, "e", Milliseconds{0}) ==
          R"({"targetClass":"user","targetId":"u","messages":[{"a":1,"sequenceNumber":1,"timestamp":)" + noon_text +
              R"(}],"count":1,"scannedCount":1,"epoch":"e"})");
    CHECK(messages_page(topic("chat:c"), Page{}, std::nullopt, "e", Milliseconds{0}) ==
          R"({"chatId":"c","messages":[],"count":0,"scannedCount":0,"epoch":"e"})");
}

}  // namespace notifyd::wire
