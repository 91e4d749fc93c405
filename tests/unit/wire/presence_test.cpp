// Requests about presence, valid and not, and blocks of changes.
#include "notifyd/wire/presence.hpp"

#include "support/frame_text.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace notifyd;
using namespace notifyd::wire;

namespace {

std::string refusal_of(const std::string& payload) {
    const auto update = parse_presence_update(payload);
    return update.has_error() ? update.error().message : "";
}

}  // namespace

TEST_CASE("an update has a status, and may have an activity of 128 characters") {
    for (const auto& [name, status] : {std::pair("online", PresenceStatus::online),
                                       std::pair("away", PresenceStatus::away),
                                       std::pair("busy", PresenceStatus::busy)}) {
        const auto update = parse_presence_update(R"({"status":")" + std::string(name) + R"(","activity":null})");
        REQUIRE(update.has_value());
        CHECK(update->status == status);
        CHECK(update->activity.empty());
    }
    std::string longest;
    for (int i = 0; i < 128; ++i) longest += "\xC3\xBC";
    const auto update = parse_presence_update(R"({"status":"away","activity":")" + longest + "\"}");
    REQUIRE(update.has_value());
    CHECK(update->activity == longest);
    CHECK(refusal_of(R"({"status":"away","activity":")" + longest + "x\"}") ==
          "activity must be a string of at most 128 characters");
    CHECK(refusal_of(R"({"status":"away","activity":{}})") == "activity must be a string of at most 128 characters");
    for (const std::string payload : {"{}", R"({"status":"offline"})", R"({"status":true})", R"({"Status":"away"})"}) {
        CHECK(refusal_of(payload) == "status must be \"online\", \"away\" or \"busy\"");
    }
    CHECK(refusal_of("[]") == "payload must be an object");
    CHECK(refusal_of("") == "payload must be an object");
}

TEST_CASE("a request about presence names at least one topic") {
    const auto topics = parse_presence_topics(R"({"topics":["chat:a","org:b","chat:a"]})");
    REQUIRE(topics.has_value());
    CHECK(topics->size() == 2);
    for (const std::string payload : {"{}", R"({"topics":[]})", R"({"topics":"chat:a"})", R"({"topics":["a"]})", ""}) {
        const auto refused = parse_presence_topics(payload);
        REQUIRE(refused.has_error());
        CHECK(refused.error().code == Errc::invalid_request);
    }
}

TEST_CASE("a query names one topic, and a near miss of a name is refused") {
    CHECK(parse_presence_query({{"chatId", "a"}})->text() == "chat:a");
    CHECK(parse_presence_query({{"targetClass", "org"}, {"targetId", "b"}})->text() == "org:b");
    CHECK(parse_presence_query({}).has_error());
    CHECK(parse_presence_query({{"chatid", "a"}}).error().message.find("chatId") != std::string::npos);
}

TEST_CASE("changes are one block of frames, the count at its end") {
    SystemIdSource ids;
    const std::vector<PresenceChange> changes{{{UserId("a"), {}}, 1},
                                              {{UserId("b"), {.status = PresenceStatus::offline}}, 2}};
    const FramePtr block = presence_changes(ids, 0, *TopicName::parse("chat:a"), changes, 7);
    const std::vector<std::string> texts = notifyd::testing::frame_texts(block);
    REQUIRE(texts.size() == 3);
    CHECK(texts[0].find(R"("userId":"a","status":"online")") != std::string::npos);
    CHECK(texts[1].find(R"("userId":"b","status":"offline")") != std::string::npos);
    CHECK(texts[2].find(R"("members":[],"count":7,"partial":true)") != std::string::npos);
}
