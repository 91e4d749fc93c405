// Which route of a table a request means: by verb and path, with its parameter. Pure.
#pragma once

#include "notifyd/gateway/route.hpp"

#include <span>
#include <string>
#include <string_view>

namespace notifyd::gateway {

struct RouteMatch {
    const Route* route = nullptr;
    // The verbs of the path, "GET, HEAD, POST", where the verb had no route; empty: no such path.
    std::string allow;
    // What stands in the path for the route's parameter, percent-decoded.
    std::string parameter{};
};

// The path is a Target's: %2F in it is no separator. HEAD is answered by the GET route. A path without a parameter
// takes precedence over one with a parameter that fits as well. The path "*" is the server as a whole, which has no
// route, but verbs.
[[nodiscard]] RouteMatch match_route(std::span<const Route> table, std::string_view method, std::string_view path);

}  // namespace notifyd::gateway
