// Responses are found in a byte stream, however it is split.
#include "http_client.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace notifyd::bench;

TEST_CASE("a response is partial until its body is complete") {
    const std::string bytes = "HTTP/1.1 200 OK\r\nServer: x\r\ncontent-LENGTH:  5\r\n\r\nhello";
    HttpResponse response;
    for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
        CAPTURE(cut);
        CHECK(parse_http_response(std::string_view(bytes).substr(0, cut), response) == Parse::partial);
    }
    const std::string with_next = bytes + "HTTP/1.1 5";
    REQUIRE(parse_http_response(with_next, response) == Parse::complete);
    CHECK(response.status == 200);
    CHECK(response.body == "hello");
    CHECK(response.bytes == bytes.size());
}

TEST_CASE("malformed responses are broken") {
    HttpResponse response;
    CHECK(parse_http_response("HTTP/1.1 200 OK\r\n\r\n", response) == Parse::broken);
    CHECK(parse_http_response("HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n", response) == Parse::broken);
    CHECK(parse_http_response("SSH-2.0-x\r\nContent-Length: 0\r\n\r\n", response) == Parse::broken);
    CHECK(parse_http_response(std::string(20'000, 'x'), response) == Parse::broken);
}
