// Text is cut between characters.
#include "notifyd/core/utf8.hpp"

#include <catch2/catch.hpp>

#include <string>

using notifyd::leading_characters;

TEST_CASE("a cut keeps only whole characters") {
    CHECK(leading_characters("", 3).empty());
    CHECK(leading_characters("abc", 3) == "abc");
    CHECK(leading_characters("abcd", 3) == "abc");
    CHECK(leading_characters("abcd", 0).empty());
    for (const std::string character : {"\xC3\xBC", "\xE2\x82\xAC", "\xF0\x9F\x98\x80"}) {
        CAPTURE(character);
        for (std::size_t before = 0; before < 4; ++before) {
            const std::string text = std::string(before, 'a') + character + character;
            for (std::size_t most = 0; most <= text.size(); ++most) {
                const std::string_view cut = leading_characters(text, most);
                CHECK(cut.size() <= most);
                CHECK(most - cut.size() < character.size());
                CHECK((cut.size() <= before || (cut.size() - before) % character.size() == 0));
                CHECK(text.starts_with(cut));
            }
        }
    }
    // Stray continuation bytes do not belong to any character.
    CHECK(leading_characters("\x80\x80\x80", 2).empty());
}
