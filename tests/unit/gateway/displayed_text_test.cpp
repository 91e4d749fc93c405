// Text from a client, made safe to display.
#include "websocket/displayed_text.hpp"

#include <catch2/catch.hpp>

#include <string>

using notifyd::gateway::displayed_text;

TEST_CASE("valid UTF-8 is displayed unchanged") {
    for (const char* text : {"", "curl/8.5.0", "Caf\xC3\xA9/1.0 \xE2\x82\xAC \xF0\x9F\x98\x80"}) {
        CHECK(displayed_text(text, 256) == text);
    }
}

TEST_CASE("a byte that is not UTF-8 is replaced") {
    const std::string replaced = "\xEF\xBF\xBD";
    CHECK(displayed_text("Caf\xE9/1.0", 256) == "Caf" + replaced + "/1.0");
    CHECK(displayed_text("\xFF", 256) == replaced);
    CHECK(displayed_text("a\xC3", 256) == "a" + replaced);
    CHECK(displayed_text("\xC3(", 256) == replaced + "(");
    CHECK(displayed_text("\xED\xA0\x80", 256) == replaced + replaced + replaced);
}

TEST_CASE("long text is cut between characters") {
    CHECK(displayed_text(std::string(300, 'x'), 256) == std::string(256, 'x'));
    CHECK(displayed_text("ab\xC3\xA9", 3) == "ab");
    CHECK(displayed_text("ab\xFF", 4) == "ab");
}
