#include "notifyd/core/base64url.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <utility>
#include <vector>

namespace notifyd {

TEST_CASE("base64url matches the test vectors of RFC 4648, without padding") {
    const std::vector<std::pair<std::string, std::string>> vectors{
        {"", ""},
        {"f", "Zg"},
        {"fo", "Zm8"},
        {"foo", "Zm9v"},
        {"foob", "Zm9vYg"},
        {"fooba", "Zm9vYmE"},
        {"foobar", "Zm9vYmFy"},
        {"\xFB\xFF\xBF", "-_-_"},
        {std::string("\0\0\0", 3), "AAAA"},
    };
    for (const auto& [bytes, text] : vectors) {
        CAPTURE(text);
        CHECK(base64url_encode(bytes) == text);
        CHECK(base64url_decode(text) == bytes);
    }
}

TEST_CASE("base64url round-trips every byte at every offset") {
    std::string bytes;
    for (int i = 0; i < 256; ++i) bytes += static_cast<char>(i);
    for (std::size_t cut = 0; cut < 4; ++cut) {
        const std::string part = bytes.substr(cut);
        CHECK(base64url_decode(base64url_encode(part)) == part);
    }
}

TEST_CASE("base64url rejects what it would not have produced") {
    const std::string text = GENERATE(as<std::string>{},
                                      "Z",          // six bits are not a byte
                                      "Zm9vY",      // 4n+1
                                      "Zg==",       // padding
                                      "Zm8=",       //
                                      "Zh",         // trailing bits
                                      "Zm9",        //
                                      "Zm 9v",      // whitespace
                                      "Zm9v\n",     //
                                      " Zm9v",      //
                                      "+/+/",       // the other alphabet
                                      "Zm9v.",      //
                                      "Zm\xC3\xA9"  // not ASCII
    );
    CAPTURE(text);
    CHECK_FALSE(base64url_decode(text));
}

TEST_CASE("base64url rejects an embedded NUL") {
    CHECK_FALSE(base64url_decode(std::string_view("Zm\0v", 4)));
}

}  // namespace notifyd
