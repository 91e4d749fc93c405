// CORS: replies to preflights, which depend on the verbs of the path and on what the page asks for
// (docs/protocol.md#http).
#pragma once

#include "http/http_reply.hpp"
#include "http/http_request.hpp"

#include <string>
#include <string_view>

namespace notifyd::gateway {

// `verbs`: those of the path; empty: no such path. `allowed`: the value of Access-Control-Allow-Origin; empty: the
// origin is not allowed.
[[nodiscard]] HttpReply preflight_reply(const HttpRequest& request, const std::string& verbs, std::string_view allowed);

}  // namespace notifyd::gateway
