#include "notifyd/core/topic_name.hpp"

#include <catch2/catch.hpp>

#include <string>

namespace notifyd {

TEST_CASE("a topic is a class and an id") {
    const auto topic = TopicName::make(TopicClass::project, "p:1/ü");
    REQUIRE(topic.has_value());
    CHECK(topic->text() == "project:p:1/ü");
    CHECK(topic->id() == "p:1/ü");
    CHECK(topic->topic_class() == TopicClass::project);
    const auto parsed = TopicName::parse("project:p:1/ü");
    REQUIRE(parsed.has_value());
    CHECK(parsed->text() == topic->text());
}

TEST_CASE("every class has a name") {
    for (const std::string name : {"chat", "user", "org", "hub", "project"}) {
        const auto topic = TopicName::parse(name + ":x");
        REQUIRE(topic.has_value());
        CHECK(to_string(topic->topic_class()) == name);
    }
}

TEST_CASE("text that is not a topic is rejected") {
    const std::string text =
        GENERATE(as<std::string>{}, "", "chat", ":x", "chat:", "Chat:x", "room:x", " chat:x", "chat :x", "chat:a,b");
    CAPTURE(text);
    const auto topic = TopicName::parse(text);
    REQUIRE(topic.has_error());
    CHECK(topic.error().code == Errc::invalid_request);
}

TEST_CASE("an id has 1 to 256 bytes of UTF-8 without control characters or commas") {
    CHECK(is_valid_id("a"));
    CHECK(is_valid_id(std::string(256, 'a')));
    CHECK(is_valid_id("\xC2\xA0"));          // U+00A0, the first after C1
    CHECK(is_valid_id("\xF4\x8F\xBF\xBF"));  // U+10FFFF
    CHECK(is_valid_id("a b:\"\\/"));

    CHECK_FALSE(is_valid_id(""));
    CHECK_FALSE(is_valid_id(std::string(257, 'a')));
    CHECK_FALSE(is_valid_id("a,b"));
    CHECK_FALSE(is_valid_id("a\nb"));
    CHECK_FALSE(is_valid_id("\x7F"));
    CHECK_FALSE(is_valid_id("\xC2\x85"));  // U+0085, C1
    CHECK_FALSE(is_valid_id(std::string_view("a\0b", 3)));
}

TEST_CASE("UTF-8 is checked strictly") {
    const std::string bad = GENERATE(as<std::string>{},
                                     "\x80",              // continuation alone
                                     "\xC0\xAF",          // overlong
                                     "\xC1\xBF",          //
                                     "\xE0\x9F\xBF",      //
                                     "\xF0\x8F\xBF\xBF",  //
                                     "\xED\xA0\x80",      // surrogate
                                     "\xED\xBF\xBF",      //
                                     "\xF4\x90\x80\x80",  // above U+10FFFF
                                     "\xF5\x80\x80\x80",  //
                                     "\xFF",              //
                                     "\xC3",              // cut short
                                     "\xE2\x82",          //
                                     "\xF0\x9F\x98",      //
                                     "\xC3(");            // not a continuation
    CHECK_FALSE(is_valid_utf8(bad));
    for (std::size_t before = 0; before < 18; ++before) {
        CHECK_FALSE(is_valid_utf8(std::string(before, 'a') + bad + "def"));
        CHECK_FALSE(is_valid_utf8(std::string(before, 'a') + "\u00e9" + bad));
    }
    CHECK_FALSE(is_valid_id(bad));
}

TEST_CASE("valid UTF-8 of every length is accepted") {
    CHECK(is_valid_utf8(""));
    CHECK(is_valid_utf8(std::string_view("\0", 1)));
    CHECK(is_valid_utf8("\x7F\xC2\x80\xDF\xBF\xE0\xA0\x80\xED\x9F\xBF\xEE\x80\x80\xEF\xBF\xBF\xF0\x90\x80\x80"));
}

TEST_CASE("a user's own topic is derived from the id") {
    const auto own = own_topic(UserId("u1"));
    REQUIRE(own.has_value());
    CHECK(own->text() == "user:u1");
    CHECK(own_topic(UserId("")).has_error());
}

}  // namespace notifyd
