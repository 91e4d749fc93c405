// The routes of SPEC §3 that this version has.
#include "router.hpp"

#include "endpoints/endpoints.hpp"

namespace notifyd::gateway {

namespace {

constexpr Route route_table[] = {
    {"POST", "/publish", endpoints::post_publish},
    {"POST", "/publish/batch", endpoints::post_publish_batch},
    {"GET", "/messages", endpoints::get_messages},
    {"POST", "/permissions", endpoints::post_permission},
    {"DELETE", "/permissions", endpoints::delete_permission},
    {"GET", "/permissions", endpoints::get_permissions},
    {"GET", "/healthz", endpoints::get_health},
    {"GET", "/readyz", endpoints::get_ready},
    {"GET", "/version", endpoints::get_version},
    {"GET", "/", endpoints::get_try_page},
};

void append_verb(std::string& allow, std::string_view verb) {
    if (!allow.empty()) allow.append(", ");
    allow.append(verb);
}

}  // namespace

std::span<const Route> routes() {
    return route_table;
}

RouteMatch match_route(std::string_view method, std::string_view path) {
    const std::string_view wanted = method == "HEAD" ? "GET" : method;
    RouteMatch match;
    for (const Route& route : route_table) {
        if (route.path != path) continue;
        if (route.method == wanted) return {&route, {}};
        append_verb(match.allow, route.method);
        if (route.method == "GET") append_verb(match.allow, "HEAD");
    }
    if (!match.allow.empty()) append_verb(match.allow, "OPTIONS");
    return match;
}

}  // namespace notifyd::gateway
