#include "notifyd/wire/status.hpp"

#include <catch2/catch.hpp>

namespace notifyd::wire {

TEST_CASE("an error body contains its request's correlation id") {
    CHECK(error_body({Errc::not_found, "No such path"}, "req-1") ==
          R"({"error":"No such path","code":"not_found","correlationId":"req-1"})");
    CHECK(error_body({Errc::internal, "Sorry"}, "\"\xFF") ==
          "{\"error\":\"Sorry\",\"code\":\"internal\",\"correlationId\":\"\\\"\xEF\xBF\xBD\"}");
}

TEST_CASE("the state of the server") {
    CHECK(health_body() == R"({"status":"ok"})");
    CHECK(ready_body() == R"({"status":"ready"})");
    CHECK(version_body("0.1.0") == R"({"name":"notifyd","version":"0.1.0"})");
}

}  // namespace notifyd::wire
