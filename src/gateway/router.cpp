// The routes of SPEC §3 that this version has.
#include "router.hpp"

#include "endpoints/endpoints.hpp"

namespace notifyd::gateway {

namespace {

constexpr Route route_table[] = {
    {"POST", "/publish", endpoints::post_publish, Access::token, BodyKind::message},
    {"POST", "/publish/batch", endpoints::post_publish_batch, Access::token, BodyKind::batch},
    {"POST", "/ws/token", endpoints::post_connection_token, Access::token, BodyKind::fields},
    {"DELETE", "/ws/token", endpoints::delete_connection_tokens},
    {"GET", "/messages", endpoints::get_messages},
    {"POST", "/permissions", endpoints::post_permission, Access::token, BodyKind::fields},
    {"DELETE", "/permissions", endpoints::delete_permission},
    {"GET", "/permissions", endpoints::get_permissions},
    {"POST", "/users/{id}/block", endpoints::post_block, Access::token, BodyKind::fields},
    {"DELETE", "/users/{id}/block", endpoints::delete_block},
    {"GET", "/users", endpoints::get_users},
    {"GET", "/dlq", endpoints::get_dead_letters},
    {"POST", "/dlq/redrive", endpoints::post_redrive_all},
    {"POST", "/dlq/{id}/redrive", endpoints::post_redrive_one},
    {"DELETE", "/dlq/{id}", endpoints::delete_dead_letter},
    {"GET", "/@connections", endpoints::get_connections},
    {"GET", "/@connections/{id}", endpoints::get_connection},
    {"POST", "/@connections/{id}", endpoints::post_to_connection, Access::token, BodyKind::frame},
    {"DELETE", "/@connections/{id}", endpoints::delete_connection},
    {"GET", "/healthz", endpoints::get_health, Access::open},
    {"GET", "/readyz", endpoints::get_ready, Access::open},
    {"GET", "/version", endpoints::get_version, Access::open},
    {"GET", "/", endpoints::get_try_page, Access::open},
};

}  // namespace

std::span<const Route> routes() {
    return route_table;
}

RouteMatch match_route(std::string_view method, std::string_view path) {
    return match_route_in(route_table, method, path);
}

}  // namespace notifyd::gateway
