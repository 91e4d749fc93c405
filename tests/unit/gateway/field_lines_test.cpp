// Where lines end, and what counts as a token.
#include "http/field_lines.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <string_view>

using namespace notifyd;
using gateway::are_fields;
using gateway::FieldLines;
using gateway::is_token_list;

namespace {

constexpr std::size_t malformed = std::string_view::npos;

std::size_t end_of(std::string_view text, FieldLines lines = {}) {
    const Result<std::size_t> end = lines.find_end(text);
    return end ? *end : malformed;
}

}  // namespace

TEST_CASE("the empty line ends the lines, in whatever pieces they arrive") {
    const std::string text = "A: b\r\nC:\r\nCookie: caf\xE9 \xFF\r\n\r\nGET";
    const std::size_t end = text.size() - 3;
    CHECK(end_of(text) == end);
    FieldLines lines;
    for (std::size_t length = 1; length < end; ++length) {
        const Result<std::size_t> so_far = lines.find_end(text.substr(0, length));
        REQUIRE((so_far && *so_far == 0));
    }
    CHECK(end_of(text, lines) == end);
}

TEST_CASE("anything that another server might see as a different boundary is malformed") {
    for (const std::string_view text : {std::string_view("A: b\nC: d\r\n\r\n"),
                                        std::string_view("A: b\rC\r\n\r\n"),
                                        std::string_view("A: b\r\n c\r\n\r\n"),
                                        std::string_view("A: b\r\n\tc\r\n\r\n"),
                                        std::string_view(" A: b\r\n\r\n"),
                                        std::string_view("A: b\r\n\n"),
                                        std::string_view("A: \0\r\n\r\n", 9),
                                        std::string_view("A: \x7f\r\n\r\n")}) {
        CAPTURE(text);
        CHECK(end_of(text) == malformed);
    }
}

TEST_CASE("the name of a field is a token") {
    for (const char* fields : {"\r\n", "A: b\r\n\r\n", "A:\r\nX-B: c: d\r\n\r\n", "A: \xFF\r\n\r\n"}) {
        CHECK(are_fields(fields));
    }
    for (const char* others :
         {"A\r\n\r\n", ": b\r\n\r\n", "A : b\r\n\r\n", "A: b\r\nno field\r\n\r\n", "\xE9: b\r\n\r\n"}) {
        CHECK_FALSE(are_fields(others));
    }
}

TEST_CASE("lists of tokens, such as the headers in a preflight") {
    for (const char* list : {"authorization", "authorization,content-type", "a , b", "x-!#$%&'*+-.^_`|~09"}) {
        CHECK(is_token_list(list));
    }
    for (const char* other : {"", ",", "a,", "a,,b", "a b", "a: b", "a\"", "(a)", "caf\xC3\xA9", "a\r\nb"}) {
        CHECK_FALSE(is_token_list(other));
    }
}
