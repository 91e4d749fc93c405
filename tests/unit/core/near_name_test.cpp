// How near two names are.
#include "notifyd/core/near_name.hpp"

#include <catch2/catch.hpp>

using notifyd::folded_name;
using notifyd::letters_off;

TEST_CASE("names that differ in case, underscores and hyphens are one name") {
    for (const char* spelling : {"userId", "user_id", "USER-ID", "userid", "_user_id_"}) {
        CHECK(folded_name(spelling) == "userid");
    }
    CHECK(folded_name("\xC3\x84") == "\xC3\x84");
    CHECK(folded_name("_-").empty());
}

TEST_CASE("letters are inserted, removed, replaced, or swapped with their neighbour") {
    CHECK(letters_off("limit", "limit", 2) == 0);
    CHECK(letters_off("limit", "limits", 2) == 1);
    CHECK(letters_off("limit", "lmit", 2) == 1);
    CHECK(letters_off("limit", "linit", 2) == 1);
    CHECK(letters_off("limit", "limti", 2) == 1);
    CHECK(letters_off("limit", "timil", 2) == 2);
    CHECK(letters_off("", "ab", 2) == 2);
    CHECK(letters_off("a long name", "short", 2) == 3);
}
