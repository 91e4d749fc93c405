// The payloads of the envelopes that clients send.
#include "notifyd/wire/notifications.hpp"
#include "notifyd/wire/subscriptions.hpp"
#include "notifyd/wire/token_refresh.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <utility>
#include <vector>

namespace notifyd::wire {

namespace {

std::vector<std::string> names_of(const std::vector<TopicName>& topics) {
    std::vector<std::string> names;
    for (const TopicName& topic : topics) names.push_back(topic.text());
    return names;
}

template <class Parse>
Error error_of(Parse parse, const std::string& payload) {
    CAPTURE(payload);
    const auto parsed = parse(payload);
    REQUIRE(parsed.has_error());
    CHECK(parsed.error().code == Errc::invalid_request);
    return parsed.error();
}

}  // namespace

TEST_CASE("subscribe and unsubscribe name topics and channels without repetitions") {
    const std::string payload =
        R"({"topics":["chat:a","org:o","chat:a"],"channels":["social","quota","social"],"resume":"a:1","epoch":"e"})";
    const auto in = parse_subscribe(payload);
    REQUIRE(in.has_value());
    CHECK(names_of(in->topics) == std::vector<std::string>{"chat:a", "org:o"});
    CHECK(in->channels == std::vector<std::string>{"social", "quota"});
    REQUIRE(in->resume.topics.size() == 1);
    CHECK(in->resume.epoch == "e");

    const auto out = parse_unsubscribe(payload);
    REQUIRE(out.has_value());
    CHECK(names_of(out->topics) == std::vector<std::string>{"chat:a", "org:o"});
    CHECK(out->channels == std::vector<std::string>{"social", "quota"});

    const auto nothing = parse_subscribe(R"({"topics":null,"channels":null,"resume":null,"epoch":null})");
    REQUIRE(nothing.has_value());
    CHECK(nothing->topics.empty());
    CHECK(nothing->resume.topics.empty());
}

TEST_CASE("a subscribe names at most 100 topics") {
    std::string topics = "\"chat:0\"";
    for (int i = 1; i < 100; ++i) topics += ",\"chat:" + std::to_string(i) + "\"";
    const auto payload = [](const std::string& all) { return R"({"topics":[)" + all + "]}"; };
    const auto most = parse_subscribe(payload(topics));
    REQUIRE(most.has_value());
    CHECK(most->topics.size() == 100);
    // Repetitions count, or the cost of a frame could grow with the square of its size.
    for (const std::string more : {"chat:7", "chat:100"}) {
        CHECK(error_of(parse_subscribe, payload(topics + ",\"" + more + "\"")).message ==
              "topics must be an array of at most 100 strings");
    }
}

TEST_CASE("what is wrong with a payload") {
    const std::string topic = "A topic is chat:, user:, org:, hub: or project: followed by an id";
    const std::string topics = "topics must be an array of at most 100 strings";
    const std::string channels = "channels must be an array of at most 100 strings";
    const std::string object = "payload must be an object";
    const std::vector<std::pair<std::string, std::string>> subscribes{
        {"", object},
        {"[]", object},
        {"\"x\"", object},
        {R"({"topics":"chat:a"})", topics},
        {R"({"topics":["chat:a",7]})", topics},
        {R"({"topics":["a"]})", topic},
        {R"({"topics":["room:a"]})", topic},
        {R"({"topics":["chat:a,b"]})", "An id must have 1 to 256 bytes of UTF-8 without control characters and commas"},
        {R"({"channels":{}})", channels},
        {R"({"channels":[1]})", channels},
        {R"({"channels":[""]})", "A channel must have 1 to 256 bytes of UTF-8 without control characters and commas"},
    };
    for (const auto& [payload, message] : subscribes) {
        CHECK(error_of(parse_subscribe, payload).message == message);
        CHECK(error_of(parse_unsubscribe, payload).message == message);
    }
    for (const std::string payload : {"{}", R"({"notificationId":5})", R"({"notificationId":"x"})"}) {
        CHECK(error_of(parse_notification_ack, payload).message == "notificationId must be a UUID");
    }
    CHECK(error_of(parse_notification_ack, "7").message == object);
    CHECK(error_of(parse_token_refresh, "{}").message == "payload.token must be a JWT, as a string");
    CHECK(error_of(parse_token_refresh, "").message == object);
}

TEST_CASE("a notification ack names a notification, and a refresh contains a token") {
    const auto ack = parse_notification_ack(R"({"notificationId":"0190163d-8694-739b-aea5-966c26f8ad91"})");
    REQUIRE(ack.has_value());
    CHECK(ack->to_string() == "0190163d-8694-739b-aea5-966c26f8ad91");
    const auto token = parse_token_refresh(R"({"token":"a.b.c"})");
    REQUIRE(token.has_value());
    CHECK(*token == "a.b.c");
}

}  // namespace notifyd::wire
