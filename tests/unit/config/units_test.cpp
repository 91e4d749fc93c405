// Durations, sizes, addresses and paths as text.
#include "notifyd/config/units.hpp"

#include "../../../src/config/endpoint.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <optional>
#include <string>

using namespace notifyd::config;
using namespace std::chrono_literals;
using Duration = std::optional<std::chrono::milliseconds>;
using Size = std::optional<std::size_t>;

TEST_CASE("durations") {
    const auto [text, expected] = GENERATE(table<std::string, Duration>({
        {"200ms", 200ms},
        {"30s", 30s},
        {"5m", 5min},
        {"2h", 2h},
        {"30d", 720h},
        {"0", 0ms},
        {"0s", 0ms},
        {"", std::nullopt},
        {"30", std::nullopt},
        {"s", std::nullopt},
        {"30 s", std::nullopt},
        {" 30s", std::nullopt},
        {"30s ", std::nullopt},
        {"-1s", std::nullopt},
        {"+1s", std::nullopt},
        {"1.5s", std::nullopt},
        {"1h30m", std::nullopt},
        {"30S", std::nullopt},
        {"1w", std::nullopt},
        {"3650d", duration_max},
        {"3651d", std::nullopt},
        {"99999999999999999999d", std::nullopt},
        {"18446744073709551615d", std::nullopt},
    }));
    CAPTURE(text);
    CHECK((parse_duration(text) == expected));
}

TEST_CASE("sizes") {
    const auto [text, expected] = GENERATE(table<std::string, Size>({
        {"512", 512},
        {"512B", 512},
        {"256KiB", 262'144},
        {"4MiB", 4'194'304},
        {"1GiB", 1ULL << 30},
        {"0", 0},
        {"", std::nullopt},
        {"KiB", std::nullopt},
        {"1KB", std::nullopt},
        {"1kib", std::nullopt},
        {"1 KiB", std::nullopt},
        {"-1", std::nullopt},
        {"1.5MiB", std::nullopt},
        {"0x10", std::nullopt},
        {"1024GiB", 1ULL << 40},
        {"1025GiB", std::nullopt},
        {"99999999999999999999", std::nullopt},
        {"18446744073709551615KiB", std::nullopt},
    }));
    CAPTURE(text);
    CHECK((parse_size(text) == expected));
}

TEST_CASE("units are written in the largest that fits") {
    CHECK(to_text(90s) == "90s");
    CHECK(to_text(120s) == "2m");
    CHECK(to_text(1500ms) == "1500ms");
    CHECK(to_text(0ms) == "0");
    CHECK(to_size_text(262'144) == "256KiB");
    CHECK(to_size_text(1000) == "1000B");
}

TEST_CASE("addresses to listen on") {
    for (const std::string text :
         {"0.0.0.0:8443", "127.0.0.1:0", "[::]:8443", "[2001:db8::1]:65535", "unix:/run/n.sock"}) {
        CAPTURE(text);
        const auto endpoint = parse_endpoint(text);
        REQUIRE(endpoint);
        CHECK(to_string(*endpoint) == text);
    }
    for (const std::string text : {"",
                                   ":8443",
                                   "8443",
                                   "0.0.0.0",
                                   "0.0.0.0:",
                                   "0.0.0.0:65536",
                                   "0.0.0.0:-1",
                                   "0.0.0.0:+1",
                                   "0.0.0.0: 1",
                                   "::1:80",
                                   "[::1]",
                                   "[]:80",
                                   "[127.0.0.1]:80",
                                   "[::1:80",
                                   "256.0.0.1:80",
                                   "localhost:80",
                                   "unix:",
                                   "unix:relative",
                                   "unix:/"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_endpoint(text));
    }
    CHECK_FALSE(parse_endpoint("unix:/" + std::string(107, 'x')));
    CHECK(parse_endpoint("unix:/" + std::string(106, 'x')));
    CHECK_FALSE(parse_endpoint(std::string("127.0.0.1\0:80", 13)));
}

TEST_CASE("networks") {
    CHECK((parse_network("10.0.0.0/8") == Network{"10.0.0.0", 8}));
    CHECK((parse_network("192.0.2.1") == Network{"192.0.2.1", 32}));
    CHECK((parse_network("fd00::/8") == Network{"fd00::", 8}));
    CHECK((parse_network("::1") == Network{"::1", 128}));
    for (const std::string text :
         {"", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0/8", "::/129", "::/8/8", "*"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_network(text));
    }
}

TEST_CASE("URLs and base paths") {
    CHECK(is_http_url("http://host:4318"));
    CHECK(is_http_url("https://host/path?x=1"));
    for (const std::string text :
         {"", "http://", "http:///x", "https://?x", "ftp://host", "HTTP://host", "http://a b", "http://a\n"}) {
        CAPTURE(text);
        CHECK_FALSE(is_http_url(text));
    }
    for (const std::string text : {"", "/dvl", "/a/b", "/v1.0"}) CHECK(is_base_path(text));
    for (const std::string text : {"/", "a", "/a/", "//", "/a//b", "/..", "/./a", "/a?b", "/a b", "/%41"}) {
        CAPTURE(text);
        CHECK_FALSE(is_base_path(text));
    }
}
