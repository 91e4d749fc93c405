// What endpoints require of a JSON body before they parse it.
#pragma once

#include "notifyd/config/config.hpp"
#include "notifyd/core/result.hpp"
#include "notifyd/wire/json_limits.hpp"

#include "http/http_request.hpp"

namespace notifyd::gateway {

// unsupported_media_type for a body whose Content-Type says that it is not JSON.
[[nodiscard]] Result<void> check_json_body(const HttpRequest& request);

[[nodiscard]] inline wire::JsonLimits json_limits(const config::Limits& limits) {
    return wire::JsonLimits::with_depth(limits.json_depth);
}

}  // namespace notifyd::gateway
