// Edit distance between names.
#include "notifyd/core/near_name.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using notifyd::folded_name;
using notifyd::is_one_letter_off;
using notifyd::letters_off;
using notifyd::nearest_names;

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

TEST_CASE("the nearest names are found, and all of them where several are equally near") {
    using Names = std::vector<std::string>;
    const Names known{"serve", "check-config", "token", "tokens", "backup"};
    CHECK(nearest_names("serv", known, 2) == Names{"serve"});
    CHECK(nearest_names("CHECK_CONFIG", known, 2) == Names{"check-config"});
    CHECK(nearest_names("token", known, 2) == Names{"token"});
    CHECK(nearest_names("tokenx", known, 2) == Names{"token", "tokens"});
    CHECK(nearest_names("back", known, 2) == Names{"backup"});
    CHECK(nearest_names("restore", known, 2).empty());
    CHECK(nearest_names("serve", {}, 2).empty());
}
