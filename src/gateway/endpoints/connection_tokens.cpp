// POST and DELETE /ws/token (SPEC §2): single-use tokens for WebSocket connects, made for the caller alone.
#include "notifyd/wire/connection_tokens.hpp"

#include "notifyd/runtime/one_shot.hpp"

#include "endpoints.hpp"

#include <chrono>

namespace notifyd::gateway::endpoints {

namespace {

HttpReply refused(const auth::IssueRefusal& refusal, std::string_view correlation_id) {
    HttpReply reply = error_reply(refusal.error, correlation_id);
    if (refusal.retry_after == Milliseconds::zero()) return reply;
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(refusal.retry_after).count();
    for (auto& [name, value] : reply.headers) {
        if (name == "Retry-After") value = std::to_string(seconds);
    }
    return reply;
}

}  // namespace

Awaitable<HttpReply> post_connection_token(const HttpRequest& request, LoopServices& services) {
    const Result<Identity> caller = caller_of(request, services);
    if (!caller) co_return error_reply(caller.error(), request.correlation_id);
    if (!request.body.empty()) {
        const Result<void> is_json = check_json_body(request);
        if (!is_json) co_return error_reply(is_json.error(), request.correlation_id);
    }
    auto channels = wire::parse_connection_token_body(request.body, json_limits(services));
    if (!channels) co_return error_reply(channels.error(), request.correlation_id);

    runtime::OneShot<auth::IssueResult> answer(services.loop.executor());
    services.tickets.issue(
        *caller, std::move(*channels), [&answer](auth::IssueResult issued) { answer.set(std::move(issued)); });
    const auth::IssueResult issued = co_await answer.wait();
    if (!issued) co_return refused(issued.error(), request.correlation_id);
    co_return json_reply(201, wire::connection_token_reply(issued->token, issued->id, issued->expires_at));
}

Awaitable<HttpReply> delete_connection_tokens(const HttpRequest& request, LoopServices& services) {
    const Result<Identity> caller = caller_of(request, services);
    if (!caller) co_return error_reply(caller.error(), request.correlation_id);
    runtime::OneShot<Result<std::size_t>> answer(services.loop.executor());
    services.tickets.revoke(caller->user, [&answer](Result<std::size_t> revoked) { answer.set(std::move(revoked)); });
    const Result<std::size_t> revoked = co_await answer.wait();
    if (!revoked) co_return error_reply(revoked.error(), request.correlation_id);
    co_return json_reply(200, wire::tokens_revoked_reply(*revoked));
}

}  // namespace notifyd::gateway::endpoints
