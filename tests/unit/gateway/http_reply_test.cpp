// Replies as bytes.
#include "http/http_reply.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace notifyd;
using namespace notifyd::gateway;

namespace {

std::string encoded(const HttpReply& reply, const ReplyContext& context) {
    return std::string(encode_reply(reply, context)->view());
}

bool contains(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a reply has a status line, a length, a date and its body") {
    ReplyContext context;
    context.correlation_id = "id-1";
    context.now = 784'111'777'000;
    const std::string text = encoded(json_reply(200, R"({"a":1})"), context);
    CHECK(text.starts_with("HTTP/1.1 200 OK\r\n"));
    CHECK(contains(text, "\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"));
    CHECK(contains(text, "\r\nContent-Length: 7\r\n"));
    CHECK(contains(text, "\r\nX-Request-Id: id-1\r\n"));
    CHECK(text.ends_with("\r\n\r\n{\"a\":1}"));
    CHECK_FALSE(contains(text, "Connection:"));
    CHECK_FALSE(contains(text, "Access-Control"));
}

TEST_CASE("a reply to HEAD has the length but no body; 204 has neither") {
    ReplyContext context;
    context.body = BodyMode::left_out;
    const std::string head = encoded(json_reply(200, "12345"), context);
    CHECK(contains(head, "Content-Length: 5\r\n"));
    CHECK(head.ends_with("\r\n\r\n"));
    HttpReply none;
    none.status = 204;
    CHECK_FALSE(contains(encoded(none, {}), "Content-Length"));
}

TEST_CASE("errors have the specified form, and tell the client what to do next") {
    struct Row {
        Errc code;
        const char* status;
        const char* header;
    };
    for (const Row& row : {Row{Errc::unauthorized, "401", "WWW-Authenticate: Bearer\r\n"},
                           Row{Errc::rate_limited, "429", "Retry-After: 1\r\n"},
                           Row{Errc::unavailable, "503", "Retry-After: 1\r\n"},
                           Row{Errc::payload_too_large, "413", "Content-Type: application/json\r\n"}}) {
        const std::string text = encoded(error_reply(Error(row.code, "Why"), "c-1"), {});
        CHECK(contains(text, std::string("HTTP/1.1 ") + row.status));
        CHECK(contains(text, row.header));
        CHECK(contains(text, R"("error":"Why")"));
        CHECK(contains(text, R"("correlationId":"c-1")"));
    }
}

TEST_CASE("CORS headers name the origin, and vary by it unless all are allowed") {
    ReplyContext context;
    context.allow_origin = "https://app.example";
    CHECK(contains(encoded(json_reply(200, ""), context), "Vary: Origin\r\n"));
    context.allow_origin = "*";
    CHECK_FALSE(contains(encoded(json_reply(200, ""), context), "Vary: Origin\r\n"));
    HttpReply preflight;
    preflight.vary = "Access-Control-Request-Headers";
    CHECK(contains(encoded(preflight, context), "Vary: Access-Control-Request-Headers\r\n"));
    context.allow_origin = "https://app.example";
    CHECK(contains(encoded(preflight, context), "Vary: Origin, Access-Control-Request-Headers\r\n"));
    context.keep_alive = KeepAlive::no;
    CHECK(contains(encoded(json_reply(200, ""), context), "Connection: close\r\n"));
}
