// How the client splits URLs. (For requests, see tests/system/test_jwks.py, which uses real servers.)
#include "target.hpp"

#include <catch2/catch.hpp>

#include <string>

using notifyd::http_client::parse_target;

TEST_CASE("a URL is split into host, port and path") {
    const struct {
        const char* url;
        bool tls;
        const char* name;
        const char* port;
        const char* host;
        const char* path;
    } cases[] = {
        {"https://id.example.com/a/keys.json", true, "id.example.com", "443", "id.example.com", "/a/keys.json"},
        {"http://id.example.com:8080/keys?v=1&w=%20",
         false,
         "id.example.com",
         "8080",
         "id.example.com:8080",
         "/keys?v=1&w=%20"},
        {"https://id.example.com", true, "id.example.com", "443", "id.example.com", "/"},
        {"https://id.example.com?v=1", true, "id.example.com", "443", "id.example.com", "/?v=1"},
        {"https://id.example.com/keys#part", true, "id.example.com", "443", "id.example.com", "/keys"},
        {"https://127.0.0.1:444/", true, "127.0.0.1", "444", "127.0.0.1:444", "/"},
        {"https://[::1]:444/", true, "::1", "444", "[::1]:444", "/"},
    };
    for (const auto& test : cases) {
        CAPTURE(test.url);
        const auto target = parse_target(test.url);
        REQUIRE(target);
        CHECK(target->tls == test.tls);
        CHECK(target->name == test.name);
        CHECK(target->port == test.port);
        CHECK(target->host == test.host);
        CHECK(target->path == test.path);
    }
}

TEST_CASE("a URL that is not http or https, or names a user, is rejected") {
    for (const std::string url : {"",
                                  "keys.json",
                                  "/keys",
                                  "ftp://a.com/keys",
                                  "file:///etc/passwd",
                                  "https://",
                                  "https:///keys",
                                  "https://a.com:x/",
                                  "https://a.com:0/",
                                  "https://a.com:99999/",
                                  "https://user@a.com/",
                                  "https://u:p@a.com/",
                                  "https://a.com/a b",
                                  "https://a.com/\r\nHost: b"}) {
        CAPTURE(url);
        CHECK_FALSE(parse_target(url));
    }
}
