// The limits of connects from the config, and the errors for exceeding them. Pure.
#pragma once

#include "notifyd/config/config.hpp"
#include "notifyd/connection/connection_limits.hpp"
#include "notifyd/core/clock.hpp"
#include "notifyd/core/error.hpp"

namespace notifyd::gateway {

[[nodiscard]] inline connection::ConnectionRules connection_rules(const config::Config& config) {
    const bool replace = config.connections.on_limit == config::OnLimit::close_oldest;
    return {.total_max = config.limits.max_connections,
            .per_user_max = config.connections.max_per_user,
            .when_full = replace ? connection::WhenFull::replace_oldest : connection::WhenFull::reject};
}

[[nodiscard]] inline Error no_room_for_websockets() {
    return {Errc::unavailable, "The server has no room for more WebSocket connections: try again later"};
}

[[nodiscard]] inline Error too_many_connects(Milliseconds wait) {
    return rate_limited(
        "This user has connected too often: wait before the next connect", wait, "limits.connects_per_minute_per_user");
}

}  // namespace notifyd::gateway
