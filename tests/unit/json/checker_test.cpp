// One pass: random texts as Boost.JSON judges them, and steps that end anywhere.
#include "notifyd/json/checker.hpp"

#include "support/json_reference.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <random>
#include <string>
#include <string_view>

namespace notifyd::json {

namespace {

Fault fault_of(std::string_view text, std::size_t depth_max = 32) {
    return Checker(text, depth_max).finish();
}

// Pieces of valid and of broken texts.
constexpr std::array<std::string_view, 62> pieces{"{",
                                                  "}",
                                                  "[",
                                                  "]",
                                                  ",",
                                                  ":",
                                                  "\"",
                                                  "\"a\":",
                                                  "\"b\":",
                                                  "\"a\"",
                                                  "\"payload\":",
                                                  "{\"payload\":{",
                                                  "}}",
                                                  "\"\\u0061\":",
                                                  "\\ud83d",
                                                  "\\ude00",
                                                  "\\u0041",
                                                  "\\u12",
                                                  "\\",
                                                  "\\n",
                                                  "\\\"",
                                                  "\\x",
                                                  "0",
                                                  "1",
                                                  "9",
                                                  "-",
                                                  ".",
                                                  "e",
                                                  "E",
                                                  "+",
                                                  "1e308",
                                                  "1.7976931348623157",
                                                  "e292",
                                                  "1e309",
                                                  "0e309",
                                                  "e-400",
                                                  "true",
                                                  "false",
                                                  "null",
                                                  " ",
                                                  "\n",
                                                  "\t",
                                                  "\xC3\xA9",
                                                  "\xE4\xB8\xAD",
                                                  "\xF0\x9F\x98\x80",
                                                  "\x80",
                                                  "\xC0\xAF",
                                                  "\xED\xA0\x80",
                                                  "\xF4\x90\x80\x80",
                                                  "x",
                                                  "key",
                                                  "\x01",
                                                  "/",
                                                  "00000000",
                                                  "99999999999999999999",
                                                  "\"k1\":1,",
                                                  "\"k2\":1",
                                                  "{\"a\":1,\"a\":2}",
                                                  "[[[[[[[[",
                                                  "]]]]]]]]",
                                                  "abcdefghijklmnopqrstuvwxyz",
                                                  "tru"};

std::string value_of(std::mt19937& random, int depth);

std::string members_of(std::mt19937& random, int depth) {
    std::string text;
    for (auto i = random() % 4; i > 0; --i) {
        text += text.empty() ? "" : ",";
        text += std::array{"\"a\"", "\"payload\"", "\"\\u0061\"", "\"k\\n\"", "\"\""}[random() % 5];
        text += random() % 8 == 0 ? " : " : ":";
        text += value_of(random, depth);
    }
    return text;
}

std::string value_of(std::mt19937& random, int depth) {
    if (depth > 0 && random() % 3 == 0) return "{" + members_of(random, depth - 1) + "}";
    if (depth > 0 && random() % 4 == 0) return "[" + value_of(random, depth - 1) + ", " + value_of(random, 0) + "]";
    return std::array{"1", "-0.5e1", "true", "null", "\"\"", R"("é\"\\")", "123456789", "[]"}[random() % 8];
}

}  // namespace

TEST_CASE("random texts are judged as Boost.JSON judges them, at once and in steps") {
    std::mt19937 random(7);
    std::size_t valid = 0;
    for (int round = 0; round < 30'000; ++round) {
        std::string text;
        if (round % 2 == 0) {
            text = value_of(random, 4);
            // A mutation of every other one.
            if (round % 4 == 0) text.replace(random() % text.size(), random() % 2, pieces[random() % pieces.size()]);
        } else {
            for (auto count = 1 + random() % 12; count > 0; --count) text += pieces[random() % pieces.size()];
        }
        if (fault_of(text) == Fault::none) ++valid;
        if (!testing::agrees_with_boost(text)) FAIL("Boost.JSON differs: " << text);
        if (!testing::is_same_in_steps(text, 1 + random() % 5)) FAIL("steps differ: " << text);
    }
    CHECK(valid > 5'000);
}

TEST_CASE("the first fault in the text is the one reported") {
    CHECK(fault_of("") == Fault::syntax);
    CHECK(fault_of(R"({"a":1,"a":2)") == Fault::syntax);
    CHECK(fault_of(R"({"a":1,"a":2}x)") == Fault::duplicate_key);
    CHECK(fault_of(R"({"a":"\ud800","a":2})") == Fault::half_surrogate_pair);
    CHECK(fault_of("[[[1", 2) == Fault::too_deep);
    CHECK(fault_of("[[1x", 2) == Fault::syntax);
    CHECK(fault_of("[\"\\ud800\\u0041\"]") == Fault::half_surrogate_pair);
    CHECK(fault_of("[\"\\ud800\\u00\"]") == Fault::syntax);
    CHECK(fault_of("[\"\\ud800\\") == Fault::half_surrogate_pair);
}

TEST_CASE("a number is refused where no double is large enough") {
    const std::string zeros(400, '0');
    CHECK(fault_of("1" + zeros.substr(0, 308)) == Fault::none);
    CHECK(fault_of("1" + zeros) == Fault::syntax);
    CHECK(fault_of("0." + zeros + "1e401") == Fault::none);
    CHECK(fault_of("1" + zeros + "e-400") == Fault::none);
    CHECK(fault_of("1e-2147483648") == Fault::syntax);
    CHECK(fault_of("1e-2147483647") == Fault::none);
}

TEST_CASE("the outline has the outer members, and those of the named one") {
    Outline outline{.inner_name = "in"};
    Checker checker(R"({"a" : [ {"in":1} ], "\u0069n":{"b":{"in":2},"c\n":"x"}, "d":{"e":1}})", 32, &outline);
    REQUIRE(checker.finish() == Fault::none);
    REQUIRE(outline.outer.size() == 3);
    CHECK(outline.outer[0].value.text() == R"([ {"in":1} ])");
    CHECK(outline.outer[1].key == "in");
    CHECK(outline.outer[1].key_text == R"("\u0069n")");
    CHECK(outline.outer[2].key == "d");
    REQUIRE(outline.inner.size() == 2);
    CHECK(outline.inner[0].value.text() == R"({"in":2})");
    CHECK(outline.inner[1].key == "c\n");
    CHECK(outline.inner[1].value.as_string() == "x");
}

TEST_CASE("a value that is not an object has no outline") {
    Outline outline{.inner_name = "in"};
    Checker checker(R"([{"in":{"a":1}}])", 32, &outline);
    REQUIRE(checker.finish() == Fault::none);
    CHECK(outline.outer.empty());
    CHECK(outline.inner.empty());
}

}  // namespace notifyd::json
