// Log lines as JSON and as text, and attempts to forge them.
#include "../../../src/observability/line_format.hpp"

#include "notifyd/core/topic_name.hpp"

#include "../../../src/observability/escape.hpp"

#include <catch2/catch.hpp>

#include <limits>
#include <string>
#include <vector>

using namespace notifyd::observability;
using notifyd::is_valid_utf8;

namespace {

constexpr notifyd::EpochMs noon = 1'769'860'800'123;  // 2026-01-31T12:00:00.123Z

LogLine line_with(const std::vector<LogField>& fields) {
    return LogLine{noon, LogLevel::warn, "some_event", fields};
}

std::string escaped(std::string_view text) {
    std::string out;
    append_escaped(out, text);
    return out;
}

}  // namespace

TEST_CASE("a line is one JSON object") {
    const std::vector<LogField> fields = {
        {"user_id", "u1"}, {"status", std::int64_t{-3}}, {"latency_ms", 1.25}, {"tls", true}};
    CHECK(to_json_line(line_with(fields)) ==
          R"({"timestamp":"2026-01-31T12:00:00.123Z","level":"warn","event_type":"some_event",)"
          R"("user_id":"u1","status":-3,"latency_ms":1.250,"tls":true})");
    CHECK(to_json_line(line_with({})) ==
          R"({"timestamp":"2026-01-31T12:00:00.123Z","level":"warn","event_type":"some_event"})");
}

TEST_CASE("a line on a terminal is readable text") {
    const std::vector<LogField> fields = {
        {"user_id", "u1"}, {"what", "two words"}, {"none", ""}, {"rows", std::int64_t{7}}};
    CHECK(to_text_line(line_with(fields)) ==
          R"(2026-01-31T12:00:00.123Z warn  some_event user_id=u1 what="two words" none="" rows=7)");
}

TEST_CASE("numbers that JSON does not have become null") {
    const auto json = [](double value) { return to_json_line(line_with({{"x", value}})); };
    CHECK_THAT(json(std::numeric_limits<double>::quiet_NaN()), Catch::EndsWith(R"("x":null})"));
    CHECK_THAT(json(-std::numeric_limits<double>::infinity()), Catch::EndsWith(R"("x":null})"));
    CHECK_THAT(json(1e300), Catch::EndsWith(R"("x":1e+300})"));
    CHECK_THAT(json(-999'999'999'999'999.0), Catch::EndsWith(R"("x":-999999999999999.000})"));
}

TEST_CASE("values are escaped") {
    const auto [text, expected] = GENERATE(table<std::string, std::string>({
        {"plain", "plain"},
        {"a\"b", R"(a\"b)"},
        {"a\\b", R"(a\\b)"},
        {"a\nb\r\tc", R"(a\nb\r\tc)"},
        {std::string("a\0b", 3), R"(a\u0000b)"},
        {"\x1B[31mred\x1B[0m", R"(\u001b[31mred\u001b[0m)"},
        {"\x7F", R"(\u007f)"},
        {"\xC2\x9B"
         "31m",
         R"(\u009b31m)"},               // CSI as one character
        {"\xE2\x80\xA8", R"(\u2028)"},  // line separator
        {"\xE2\x80\xAE"
         "txt.exe",
         R"(\u202etxt.exe)"},  // right-to-left override
        {"\xEF\xBB\xBF", R"(\ufeff)"},
        {"gr\xC3\xBC\xC3\x9F \xF0\x9F\x98\x80", "gr\xC3\xBC\xC3\x9F \xF0\x9F\x98\x80"},
        {"\x80", "\xEF\xBF\xBD"},
        {"\xC3", "\xEF\xBF\xBD"},
        {"\xC3(", "\xEF\xBF\xBD("},
        {"\xED\xA0\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},  // surrogate
        {"\xC0\x8A", "\xEF\xBF\xBD\xEF\xBF\xBD"},                  // overlong newline
        {"\xF4\x90\x80\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},
        {"\xF0\x9F\x98", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},
    }));
    CHECK(escaped(text) == expected);
}

TEST_CASE("no bytes can break out of a line") {
    // Every pair of bytes, which covers each way out of a string, a line or an encoding.
    for (int first = 0; first < 256; ++first) {
        for (int second = 0; second < 256; ++second) {
            const std::string text = {static_cast<char>(first), static_cast<char>(second)};
            const std::string out = escaped(text);
            bool is_safe = is_valid_utf8(out);
            for (const char character : out) {
                is_safe = is_safe && (static_cast<unsigned char>(character) >= 0x20) && character != '\x7F';
            }
            // Each quote follows a backslash that is not itself escaped.
            for (std::size_t at = 0; at < out.size(); ++at) {
                if (out[at] == '\\') {
                    is_safe = is_safe && at + 1 < out.size();
                    ++at;
                } else {
                    is_safe = is_safe && out[at] != '"';
                }
            }
            if (!is_safe) FAIL("bytes " << first << " " << second << " gave " << out);
        }
    }
    SUCCEED();
}

TEST_CASE("a forged line stays inside its field") {
    const std::string forged =
        "u1\",\"level\":\"info\"}\n{\"timestamp\":\"2026-01-31T12:00:00.000Z\",\"event_type\":\"ok\"}";
    const std::vector<LogField> fields = {{"user_id", forged}};
    const std::string json = to_json_line(line_with(fields));
    CHECK(json.find('\n') == std::string::npos);
    CHECK_THAT(json,
               Catch::EndsWith(R"("user_id":"u1\",\"level\":\"info\"}\n{\"timestamp\":\"2026-01-31T12:00:00.000Z\",)"
                               R"(\"event_type\":\"ok\"}"})"));
    const std::string text = to_text_line(line_with({{"user_id", "u1 level=error"}}));
    CHECK_THAT(text, Catch::EndsWith(R"(user_id="u1 level=error")"));
    CHECK_THAT(to_text_line(line_with({{"user_id", "u1=x"}})), Catch::EndsWith(R"(user_id="u1=x")"));
    CHECK_THAT(to_text_line(line_with({{"user_id", "a\nb"}})), Catch::EndsWith(R"(user_id="a\nb")"));
}

TEST_CASE("a long value is cut between characters") {
    CHECK(escaped(std::string(1024, 'a')) == std::string(1024, 'a'));
    CHECK(escaped(std::string(1025, 'a')) == std::string(1024, 'a') + "\xE2\x80\xA6");
    CHECK(escaped(std::string(1023, 'a') + "\xC3\xBC") == std::string(1023, 'a') + "\xE2\x80\xA6");
    CHECK(is_valid_utf8(escaped(std::string(5000, '\x80'))));
    CHECK(to_text_line(line_with({{"x", std::string(2000, 'a')}})).size() < 1200);
}
