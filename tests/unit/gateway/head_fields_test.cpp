// Which lines of a head are read, in any case, and how often each occurs.
#include "http/head_fields.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace notifyd::gateway;

TEST_CASE("every field is read in one pass, whatever the case of its name") {
    BeastRequest head;
    head.insert("AUTHORIZATION", "Bearer t");
    head.insert("connection", "keep-alive");
    head.insert("content-encoding", "gzip");
    head.insert("content-length", "2");
    head.insert("content-type", "application/json");
    head.insert("x-correlation-id", "c");
    head.insert("host", "h");
    head.insert("idempotency-KEY", "k");
    head.insert("origin", "o");
    head.insert("x-REQUEST-id", "r");
    head.insert("TraceParent", "t");
    head.insert("transfer-encoding", "chunked");
    head.insert("upgrade", "websocket");
    head.insert("user-agent", "u");
    head.insert("x-forwarded-for", "1.2.3.4");
    head.insert("x-forwarded-host", "nobody reads it");
    head.insert("accept", "nor that");

    const HeadFields fields = read_head_fields(head);

    CHECK(fields.authorization.value == "Bearer t");
    CHECK(fields.connection.value == "keep-alive");
    CHECK(fields.content_encoding.value == "gzip");
    CHECK(fields.content_length.value == "2");
    CHECK(fields.content_type.value == "application/json");
    CHECK(fields.correlation_id.value == "c");
    CHECK(fields.host.value == "h");
    CHECK(fields.idempotency_key.value == "k");
    CHECK(fields.origin.value == "o");
    CHECK(fields.request_id.value == "r");
    CHECK(fields.traceparent.value == "t");
    CHECK(fields.transfer_encoding.value == "chunked");
    CHECK(fields.upgrade.value == "websocket");
    CHECK(fields.user_agent.value == "u");
    CHECK(fields.forwarded_for == std::vector<std::string_view>{"1.2.3.4"});
    CHECK(fields.authorization.times == 1);
    CHECK(fields.request_id.times == 1);
}

TEST_CASE("the first line of a repeated field is read, and all lines are counted") {
    BeastRequest head;
    head.insert("Host", "first");
    head.insert("X-Forwarded-For", "1.1.1.1, 2.2.2.2");
    head.insert("Accept", "*/*");
    head.insert("host", "second");
    head.insert("x-forwarded-for", "3.3.3.3");
    head.insert("Host", "third");

    const HeadFields fields = read_head_fields(head);

    CHECK(fields.host.value == "first");
    CHECK(fields.host.times == 3);
    CHECK(fields.forwarded_for == std::vector<std::string_view>{"1.1.1.1, 2.2.2.2", "3.3.3.3"});
    CHECK(fields.authorization.times == 0);
    CHECK(fields.authorization.value.empty());
}
