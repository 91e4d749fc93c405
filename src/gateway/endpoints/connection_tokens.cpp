// Issues and revokes the caller's connection tokens.
#include "notifyd/gateway/endpoints/connection_tokens.hpp"

#include "notifyd/runtime/one_shot.hpp"
#include "notifyd/wire/connection_tokens.hpp"

#include "endpoints/json_body.hpp"
#include "http/http_reply.hpp"

namespace notifyd::gateway {

namespace {

Error refused(const auth::IssueRefusal& refusal) {
    Error error = refusal.error;
    if (refusal.retry_after != Milliseconds::zero()) error.retry_after = refusal.retry_after;
    return error;
}

}  // namespace

std::span<const ResourceRoute<ConnectionTokenEndpoints>> ConnectionTokenEndpoints::routes() {
    static constexpr ResourceRoute<ConnectionTokenEndpoints> table[] = {
        {{"POST", "/ws/token", Access::user, BodyKind::fields}, &ConnectionTokenEndpoints::issue},
        {{"DELETE", "/ws/token", Access::user}, &ConnectionTokenEndpoints::revoke},
    };
    return table;
}

EndpointReply ConnectionTokenEndpoints::issue(const Call& call) {
    if (!call.request.body.empty()) {
        const Result<void> is_json = check_json_body(call.request);
        if (!is_json) co_return is_json.error();
    }
    auto channels = wire::parse_connection_token_body(call.request.body, json_limits(limits_));
    if (!channels) co_return channels.error();

    runtime::OneShot<Result<Preferences>> wishes(loop_.executor());
    inbox_.preferences(call.caller.user, [&wishes](Result<Preferences> found) { wishes.set(std::move(found)); });
    const Result<Preferences> preferences = co_await wishes.wait();
    if (!preferences) co_return preferences.error();
    if (!preferences->in_app) {
        co_return Error{Errc::notifications_disabled,
                        "This user has switched notifications off (inApp in PATCH /notifications/preferences)"};
    }

    runtime::OneShot<auth::IssueResult> answer(loop_.executor());
    tickets_.issue(
        call.caller, std::move(*channels), [&answer](auth::IssueResult issued) { answer.set(std::move(issued)); });
    const auth::IssueResult issued = co_await answer.wait();
    if (!issued) co_return refused(issued.error());
    co_return json_reply(201, wire::connection_token_reply(issued->token, issued->id, issued->expires_at));
}

EndpointReply ConnectionTokenEndpoints::revoke(const Call& call) {
    runtime::OneShot<Result<std::size_t>> answer(loop_.executor());
    tickets_.revoke(call.caller.user, [&answer](Result<std::size_t> revoked) { answer.set(std::move(revoked)); });
    const Result<std::size_t> revoked = co_await answer.wait();
    if (!revoked) co_return revoked.error();
    co_return json_reply(200, wire::tokens_revoked_reply(*revoked));
}

}  // namespace notifyd::gateway
