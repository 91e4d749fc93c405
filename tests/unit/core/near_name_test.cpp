// Edit distance between names.
#include "notifyd/core/near_name.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using notifyd::folded_name;
using notifyd::is_one_letter_off;
using notifyd::letters_off;

TEST_CASE("names that differ in case, underscores and hyphens fold to the same name") {
    for (const char* spelling : {"userId", "user_id", "USER-ID", "userid", "_user_id_"}) {
        CHECK(folded_name(spelling) == "userid");
    }
    CHECK(folded_name("\xC3\x84") == "\xC3\x84");
    CHECK(folded_name("_-").empty());
}

TEST_CASE("the check for one letter agrees with the distance") {
    const std::string letters = "abc";
    std::vector<std::string> words{""};
    for (std::size_t i = 0; words[i].size() < 4; ++i) {
        for (const char letter : letters) words.push_back(words[i] + letter);
    }
    for (const std::string& one : words) {
        for (const std::string& other : words) {
            if (is_one_letter_off(one, other) == (letters_off(one, other, 1) == 1)) continue;
            FAIL(one << " and " << other);
        }
    }
    CHECK(is_one_letter_off("messagetpye", "messagetype"));
}

TEST_CASE("the distance counts insertions, removals, replacements and swaps of neighbours") {
    CHECK(letters_off("limit", "limit", 2) == 0);
    CHECK(letters_off("limit", "limits", 2) == 1);
    CHECK(letters_off("limit", "lmit", 2) == 1);
    CHECK(letters_off("limit", "linit", 2) == 1);
    CHECK(letters_off("limit", "limti", 2) == 1);
    CHECK(letters_off("limit", "timil", 2) == 2);
    CHECK(letters_off("", "ab", 2) == 2);
    CHECK(letters_off("a long name", "short", 2) == 3);
}
