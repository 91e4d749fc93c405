// Origins against the operator's list: exact, or any subdomain. (With real sockets: tests/system/test_origins.py.)
#include "http/origins.hpp"

#include <catch2/catch.hpp>

#include <string>

using notifyd::gateway::allowed_origin;

TEST_CASE("a pattern accepts subdomains of any depth, and nothing that merely resembles one") {
    const std::vector<std::string> allowed{"https://*.example.com", "http://*.example.com:8080", "https://one.example"};
    for (const std::string origin : {"https://a.example.com",
                                     "https://a.b.c.example.com",
                                     "https://xn--bcher-kva.example.com",
                                     "https://my_app-1.example.com",
                                     "https://www.example.com.example.com",
                                     "http://a.example.com:8080",
                                     "https://one.example"}) {
        CAPTURE(origin);
        CHECK(allowed_origin(allowed, origin) == origin);
    }
    for (const std::string origin : {"",
                                     "null",
                                     "*",
                                     "https://example.com",
                                     "https://.example.com",
                                     "https://..example.com",
                                     "https://a..example.com",
                                     "https://.a.example.com",
                                     "https://*.example.com",
                                     "https://evilexample.com",
                                     "https://a.evilexample.com",
                                     "https://a-example.com",
                                     "https://a.example.com.",
                                     "https://a.example.com.evil",
                                     "https://a.example.com:443",
                                     "https://a.example.com:8080",
                                     "http://a.example.com",
                                     "http://a.example.com:80808080",
                                     "http://a.example.com:80",
                                     "http://example.com:8080",
                                     "https://A.example.com",
                                     "https://a.Example.com",
                                     "HTTPS://a.example.com",
                                     "wss://a.example.com",
                                     "https://evil.org/.example.com",
                                     "https://evil.org?.example.com",
                                     "https://evil.org#.example.com",
                                     "https://evil.org\\.example.com",
                                     "https://evil.org:443.example.com",
                                     "https://evil.org:.example.com",
                                     "https://user@.example.com",
                                     "https://user@a.example.com",
                                     "https://evil.org%2f.example.com",
                                     "https://a\t.example.com",
                                     "https://a .example.com",
                                     "https://[::1].example.com",
                                     "https://\xC3\xBC.example.com",
                                     "https://https://a.example.com",
                                     "https://a.example.com,https://b.example.com",
                                     "https://sub.one.example"}) {
        CAPTURE(origin);
        CHECK(allowed_origin(allowed, origin).empty());
    }
    CHECK(allowed_origin({"*"}, "https://any.example") == "*");
    CHECK(allowed_origin({"*"}, "").empty());
    CHECK(allowed_origin({}, "https://any.example").empty());
}

TEST_CASE("a star is a wildcard for subdomains only directly after the scheme") {
    for (const std::string pattern : {"*://a.example",
                                      "*s://a.example",
                                      "http*://a.example",
                                      "https*.://a.example",
                                      "https://*a.example",
                                      "https://a.*.example",
                                      "https://a*.example",
                                      "https://*"}) {
        CAPTURE(pattern);
        for (const std::string origin : {"https://a.example",
                                         "https://b.a.example",
                                         "https://a.b.example",
                                         "https://ab.example",
                                         "https://x.://a.example",
                                         "xs://a.example"}) {
            CAPTURE(origin);
            CHECK(allowed_origin({pattern}, origin).empty());
        }
    }
}
