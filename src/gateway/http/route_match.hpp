// Finds the route of a table for a verb and a path, with the path's parameter. Pure.
#pragma once

#include "notifyd/gateway/route.hpp"

#include <span>
#include <string>
#include <string_view>

namespace notifyd::gateway {

struct RouteMatch {
    const Route* route = nullptr;
    // The verbs of the path, "GET, HEAD, POST", if it has no route for this verb; empty: no such path.
    std::string allow;
    // The path's value for the route's parameter, percent-decoded.
    std::string parameter{};
};

// The path comes from a Target: %2F in it is not a separator. HEAD is answered by the GET route. A path without a
// parameter takes precedence over one with a parameter that also matches. The path "*" means the whole server: it
// has no route, but it does have verbs.
[[nodiscard]] RouteMatch match_route(std::span<const Route> table, std::string_view method, std::string_view path);

}  // namespace notifyd::gateway
