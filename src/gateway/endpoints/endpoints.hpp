// The HTTP endpoints, one file per group. Each answers one request; the session turns an error into the reply.
// Flow:   router -> endpoint -> wire (parse) -> service -> wire (reply)
// Thread: one loop.
#pragma once

#include "notifyd/gateway/loop_services.hpp"
#include "notifyd/wire/json_limits.hpp"

#include "../http_reply.hpp"
#include "../http_request.hpp"
#include "../router.hpp"
#include "../socket.hpp"

namespace notifyd::gateway::endpoints {

Awaitable<Result<HttpReply>> post_publish(const Call& call, LoopServices& services);
Awaitable<Result<HttpReply>> post_publish_batch(const Call& call, LoopServices& services);
Awaitable<Result<HttpReply>> post_connection_token(const Call& call, LoopServices& services);
Awaitable<Result<HttpReply>> delete_connection_tokens(const Call& call, LoopServices& services);
Awaitable<Result<HttpReply>> get_messages(const Call& call, LoopServices& services);
Awaitable<Result<HttpReply>> post_permission(const Call& call, LoopServices& services);
Awaitable<Result<HttpReply>> delete_permission(const Call& call, LoopServices& services);
Awaitable<Result<HttpReply>> get_permissions(const Call& call, LoopServices& services);
Awaitable<Result<HttpReply>> post_block(const Call& call, LoopServices& services);
Awaitable<Result<HttpReply>> delete_block(const Call& call, LoopServices& services);
Awaitable<Result<HttpReply>> get_users(const Call& call, LoopServices& services);
Awaitable<Result<HttpReply>> get_dead_letters(const Call& call, LoopServices& services);
Awaitable<Result<HttpReply>> post_redrive_all(const Call& call, LoopServices& services);
Awaitable<Result<HttpReply>> post_redrive_one(const Call& call, LoopServices& services);
Awaitable<Result<HttpReply>> delete_dead_letter(const Call& call, LoopServices& services);
Awaitable<Result<HttpReply>> get_connections(const Call& call, LoopServices& services);
Awaitable<Result<HttpReply>> get_connection(const Call& call, LoopServices& services);
Awaitable<Result<HttpReply>> post_to_connection(const Call& call, LoopServices& services);
Awaitable<Result<HttpReply>> delete_connection(const Call& call, LoopServices& services);
Awaitable<Result<HttpReply>> get_health(const Call& call, LoopServices& services);
Awaitable<Result<HttpReply>> get_ready(const Call& call, LoopServices& services);
Awaitable<Result<HttpReply>> get_version(const Call& call, LoopServices& services);
Awaitable<Result<HttpReply>> get_try_page(const Call& call, LoopServices& services);

// --- shared by the endpoints

// unsupported_media_type for a body that says it is something else than JSON.
[[nodiscard]] Result<void> check_json_body(const HttpRequest& request);
[[nodiscard]] wire::JsonLimits json_limits(const LoopServices& services);

}  // namespace notifyd::gateway::endpoints
