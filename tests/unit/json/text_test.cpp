#include "notifyd/json/text.hpp"

#include <catch2/catch.hpp>

namespace notifyd::json {

namespace {

std::string quoted(std::string_view text) {
    std::string out;
    append_string(out, text);
    return out;
}

}  // namespace

TEST_CASE("a string is quoted and escaped") {
    CHECK(quoted("") == R"("")");
    CHECK(quoted("plain text of more than sixteen bytes") == R"("plain text of more than sixteen bytes")");
    CHECK(quoted("a\"b\\c") == R"("a\"b\\c")");
    CHECK(quoted("\b\f\n\r\t") == R"("\b\f\n\r\t")");
    CHECK(quoted(std::string_view("\0\x1F\x7F", 3)) == "\"\\u0000\\u001f\x7F\"");
    CHECK(quoted("gr\xC3\xBC\xC3\x9F") == "\"gr\xC3\xBC\xC3\x9F\"");
}

TEST_CASE("bytes that are not UTF-8 are replaced") {
    CHECK(quoted("a\x80") == "\"a\xEF\xBF\xBD\"");
}

TEST_CASE("an escape of a character has four digits") {
    std::string out;
    append_unicode_escape(out, 0x2028);
    append_unicode_escape(out, 0x1B);
    CHECK(out == R"(\u2028\u001b)");
}

}  // namespace notifyd::json
