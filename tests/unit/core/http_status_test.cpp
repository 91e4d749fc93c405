#include "notifyd/core/http_status.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <tuple>
#include <vector>

namespace notifyd {

TEST_CASE("every error has the specified name and status") {
    const std::vector<std::tuple<Errc, std::string, int>> all{
        {Errc::invalid_request, "invalid_request", 400},
        {Errc::invalid_json, "invalid_json", 400},
        {Errc::unauthorized, "unauthorized", 401},
        {Errc::forbidden, "forbidden", 403},
        {Errc::not_found, "not_found", 404},
        {Errc::method_not_allowed, "method_not_allowed", 405},
        {Errc::request_timeout, "request_timeout", 408},
        {Errc::conflict, "conflict", 409},
        {Errc::gone, "gone", 410},
        {Errc::payload_too_large, "payload_too_large", 413},
        {Errc::uri_too_long, "uri_too_long", 414},
        {Errc::unsupported_media_type, "unsupported_media_type", 415},
        {Errc::upgrade_required, "upgrade_required", 426},
        {Errc::rate_limited, "rate_limited", 429},
        {Errc::headers_too_large, "headers_too_large", 431},
        {Errc::internal, "internal", 500},
        {Errc::unavailable, "unavailable", 503},
    };
    for (const auto& [code, name, status] : all) {
        CHECK(to_string(code) == name);
        CHECK(http_status(code) == status);
    }
}

}  // namespace notifyd
