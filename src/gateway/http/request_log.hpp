// What the log and the counters learn of answered requests.
// Thread: one loop.
#pragma once

#include "notifyd/gateway/route.hpp"
#include "notifyd/observability/events.hpp"

#include "http/exchange.hpp"

#include <string_view>

namespace notifyd::gateway {

// `route`: empty if there is none.
void log_refusal(observability::Events& events,
                 const HttpReply& reply,
                 const HttpRequest& request,
                 std::string_view route,
                 std::string_view user);

// For a request that was read completely. `path`: how a path without a route is named.
void log_answer(observability::Events& events,
                const HttpReply& reply,
                const Exchange& exchange,
                std::string_view path,
                double latency_ms);

}  // namespace notifyd::gateway
