// Blocks and unblocks users, and lists those who are blocked.
#include "notifyd/gateway/endpoints/users.hpp"

#include "notifyd/runtime/one_shot.hpp"
#include "notifyd/wire/opaque_key.hpp"
#include "notifyd/wire/users.hpp"

#include "endpoints/json_body.hpp"
#include "http/http_reply.hpp"

#include <string>

namespace notifyd::gateway {

namespace {

constexpr auto list_kind = wire::ListKind::blocked_users;

}  // namespace

std::span<const ResourceRoute<UserEndpoints>> UserEndpoints::routes() {
    static constexpr ResourceRoute<UserEndpoints> table[] = {
        {{"POST", "/users/{id}/block", Access::admin, BodyKind::fields, BlockedUsers::refused}, &UserEndpoints::block},
        {{"DELETE", "/users/{id}/block", Access::admin, BodyKind::unread, BlockedUsers::refused},
         &UserEndpoints::unblock},
        {{"GET", "/users", Access::admin}, &UserEndpoints::list},
    };
    return table;
}

EndpointReply UserEndpoints::block(const Call& call) {
    const Result<void> is_json = check_json_body(call.request);
    if (!is_json) co_return is_json.error();
    Result<wire::BlockBody> body = wire::parse_block_body(call.request.body, json_limits(limits_));
    if (!body) co_return body.error();

    runtime::OneShot<Result<UserBlock>> answer(loop_.executor());
    permissions::BlockRequest request{UserId(call.request.path_parameter), body->until, std::move(body->reason)};
    blocks_.block(call.caller, std::move(request), [&answer](Result<UserBlock> made) { answer.set(std::move(made)); });
    const Result<UserBlock> made = co_await answer.wait();
    if (!made) co_return made.error();
    co_return json_reply(200, wire::block_reply(*made));
}

EndpointReply UserEndpoints::unblock(const Call& call) {
    runtime::OneShot<Result<bool>> answer(loop_.executor());
    blocks_.unblock(call.caller, UserId(call.request.path_parameter), [&answer](Result<bool> removed) {
        answer.set(std::move(removed));
    });
    const Result<bool> removed = co_await answer.wait();
    if (!removed) co_return removed.error();
    co_return json_reply(200, wire::unblock_reply());
}

EndpointReply UserEndpoints::list(const Call& call) {
    const Result<wire::BlockedUsersQuery> query = wire::parse_blocked_users_query(call.request.query);
    if (!query) co_return query.error();
    const Result<std::optional<std::string>> last = wire::decode_list_start(list_kind, "", query->start_key);
    if (!last) co_return last.error();
    std::optional<UserId> after;
    if (*last) after = UserId(**last);

    runtime::OneShot<Result<ports::BlockPage>> answer(loop_.executor());
    blocks_.list(call.caller, query->limit, std::move(after), [&answer](Result<ports::BlockPage> page) {
        answer.set(std::move(page));
    });
    const Result<ports::BlockPage> page = co_await answer.wait();
    if (!page) co_return page.error();
    std::optional<std::string> next_key;
    if (page->more) next_key = wire::encode_list_key(list_kind, "", page->blocks.back().user.get());
    co_return json_reply(200, wire::blocked_users_page(page->blocks, next_key));
}

}  // namespace notifyd::gateway
