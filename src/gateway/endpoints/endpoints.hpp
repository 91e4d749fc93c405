// The HTTP endpoints, one file per group. Each answers one request; the session turns an error into the reply.
// Flow:   router -> endpoint -> wire (parse) -> service -> wire (reply)
// Thread: one loop.
#pragma once

#include "notifyd/auth/auth_result.hpp"
#include "notifyd/gateway/loop_services.hpp"
#include "notifyd/wire/json_limits.hpp"

#include "../http_reply.hpp"
#include "../http_request.hpp"
#include "../socket.hpp"

namespace notifyd::gateway::endpoints {

Awaitable<Result<HttpReply>> post_publish(const HttpRequest& request, LoopServices& services);
Awaitable<Result<HttpReply>> post_publish_batch(const HttpRequest& request, LoopServices& services);
Awaitable<Result<HttpReply>> post_connection_token(const HttpRequest& request, LoopServices& services);
Awaitable<Result<HttpReply>> delete_connection_tokens(const HttpRequest& request, LoopServices& services);
Awaitable<Result<HttpReply>> get_messages(const HttpRequest& request, LoopServices& services);
Awaitable<Result<HttpReply>> post_permission(const HttpRequest& request, LoopServices& services);
Awaitable<Result<HttpReply>> delete_permission(const HttpRequest& request, LoopServices& services);
Awaitable<Result<HttpReply>> get_permissions(const HttpRequest& request, LoopServices& services);
Awaitable<Result<HttpReply>> post_block(const HttpRequest& request, LoopServices& services);
Awaitable<Result<HttpReply>> delete_block(const HttpRequest& request, LoopServices& services);
Awaitable<Result<HttpReply>> get_users(const HttpRequest& request, LoopServices& services);
Awaitable<Result<HttpReply>> get_dead_letters(const HttpRequest& request, LoopServices& services);
Awaitable<Result<HttpReply>> post_redrive_all(const HttpRequest& request, LoopServices& services);
Awaitable<Result<HttpReply>> post_redrive_one(const HttpRequest& request, LoopServices& services);
Awaitable<Result<HttpReply>> delete_dead_letter(const HttpRequest& request, LoopServices& services);
Awaitable<Result<HttpReply>> get_connections(const HttpRequest& request, LoopServices& services);
Awaitable<Result<HttpReply>> get_connection(const HttpRequest& request, LoopServices& services);
Awaitable<Result<HttpReply>> post_to_connection(const HttpRequest& request, LoopServices& services);
Awaitable<Result<HttpReply>> delete_connection(const HttpRequest& request, LoopServices& services);
Awaitable<Result<HttpReply>> get_health(const HttpRequest& request, LoopServices& services);
Awaitable<Result<HttpReply>> get_ready(const HttpRequest& request, LoopServices& services);
Awaitable<Result<HttpReply>> get_version(const HttpRequest& request, LoopServices& services);
Awaitable<Result<HttpReply>> get_try_page(const HttpRequest& request, LoopServices& services);

// --- shared by the endpoints

// The caller, from `Authorization: Bearer`. A refusal is logged with its reason.
[[nodiscard]] Result<Identity> caller_of(const HttpRequest& request, LoopServices& services);
// The same for what changes things of no topic; a blocked caller is refused.
[[nodiscard]] Result<Identity> writer_of(const HttpRequest& request, LoopServices& services);
// Refuses everybody without the admin grant; `what` ("Dead letters") begins the sentence.
[[nodiscard]] Result<void> check_admin(const Result<Identity>& caller, std::string_view what);
// unsupported_media_type for a body that says it is something else than JSON.
[[nodiscard]] Result<void> check_json_body(const HttpRequest& request);
[[nodiscard]] wire::JsonLimits json_limits(const LoopServices& services);

}  // namespace notifyd::gateway::endpoints
