// The routes of SPEC §3 that this version has.
#include "router.hpp"

#include "endpoints/endpoints.hpp"

namespace notifyd::gateway {

namespace {

constexpr Route route_table[] = {
    {"POST", "/publish", endpoints::post_publish, Access::user, BodyKind::message},
    {"POST", "/publish/batch", endpoints::post_publish_batch, Access::user, BodyKind::batch},
    {"POST", "/ws/token", endpoints::post_connection_token, Access::user, BodyKind::fields},
    {"DELETE", "/ws/token", endpoints::delete_connection_tokens, Access::user},
    {"GET", "/messages", endpoints::get_messages, Access::user},
    {"POST", "/permissions", endpoints::post_permission, Access::user, BodyKind::fields},
    {"DELETE", "/permissions", endpoints::delete_permission, Access::user},
    {"GET", "/permissions", endpoints::get_permissions, Access::user},
    {"POST", "/users/{id}/block", endpoints::post_block, Access::admin, BodyKind::fields, BlockedUsers::refused},
    {"DELETE", "/users/{id}/block", endpoints::delete_block, Access::admin, BodyKind::unread, BlockedUsers::refused},
    {"GET", "/users", endpoints::get_users, Access::admin},
    {"GET", "/dlq", endpoints::get_dead_letters, Access::admin},
    {"POST", "/dlq/redrive", endpoints::post_redrive_all, Access::admin, BodyKind::unread, BlockedUsers::refused},
    {"POST", "/dlq/{id}/redrive", endpoints::post_redrive_one, Access::admin, BodyKind::unread, BlockedUsers::refused},
    {"DELETE", "/dlq/{id}", endpoints::delete_dead_letter, Access::admin, BodyKind::unread, BlockedUsers::refused},
    {"GET", "/@connections", endpoints::get_connections, Access::admin},
    {"GET", "/@connections/{id}", endpoints::get_connection, Access::admin},
    {"POST",
     "/@connections/{id}",
     endpoints::post_to_connection,
     Access::admin,
     BodyKind::frame,
     BlockedUsers::refused},
    {"DELETE",
     "/@connections/{id}",
     endpoints::delete_connection,
     Access::admin,
     BodyKind::unread,
     BlockedUsers::refused},
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
