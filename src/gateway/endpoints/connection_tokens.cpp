// POST and DELETE /ws/token (SPEC §2): single-use tokens for WebSocket connects, made for the caller alone.
#include "notifyd/runtime/one_shot.hpp"
#include "notifyd/wire/api_replies.hpp"
#include "notifyd/wire/api_types.hpp"

#include "endpoints.hpp"

namespace notifyd::gateway::endpoints {

namespace {

Error refused(const auth::IssueRefusal& refusal) {
    Error error = refusal.error;
    if (refusal.retry_after != Milliseconds::zero()) error.retry_after = refusal.retry_after;
    return error;
}

}  // namespace

Awaitable<Result<HttpReply>> post_connection_token(const Call& call, LoopServices& services) {
    if (!call.request.body.empty()) {
        const Result<void> is_json = check_json_body(call.request);
        if (!is_json) co_return is_json.error();
    }
    auto channels = wire::parse_connection_token_body(call.request.body, json_limits(services));
    if (!channels) co_return channels.error();

    runtime::OneShot<auth::IssueResult> answer(services.loop.executor());
    services.tickets.issue(
        call.caller, std::move(*channels), [&answer](auth::IssueResult issued) { answer.set(std::move(issued)); });
    const auth::IssueResult issued = co_await answer.wait();
    if (!issued) co_return refused(issued.error());
    co_return json_reply(201, wire::connection_token_reply(issued->token, issued->id, issued->expires_at));
}

Awaitable<Result<HttpReply>> delete_connection_tokens(const Call& call, LoopServices& services) {
    runtime::OneShot<Result<std::size_t>> answer(services.loop.executor());
    services.tickets.revoke(call.caller.user,
                            [&answer](Result<std::size_t> revoked) { answer.set(std::move(revoked)); });
    const Result<std::size_t> revoked = co_await answer.wait();
    if (!revoked) co_return revoked.error();
    co_return json_reply(200, wire::tokens_revoked_reply(*revoked));
}

}  // namespace notifyd::gateway::endpoints
