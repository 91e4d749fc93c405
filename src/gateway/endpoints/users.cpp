// POST and DELETE /users/{userId}/block, GET /users (SPEC §1); for the admin grant.
#include "notifyd/history/page_key.hpp"
#include "notifyd/runtime/one_shot.hpp"
#include "notifyd/wire/user_blocks.hpp"

#include "endpoints.hpp"

#include <string>

namespace notifyd::gateway::endpoints {

namespace {

constexpr auto list_kind = history::ListKind::blocked_users;

}  // namespace

Awaitable<Result<HttpReply>> post_block(const Call& call, LoopServices& services) {
    const Result<void> is_json = check_json_body(call.request);
    if (!is_json) co_return is_json.error();
    Result<wire::BlockBody> body = wire::parse_block_body(call.request.body, json_limits(services));
    if (!body) co_return body.error();

    runtime::OneShot<Result<UserBlock>> answer(services.loop.executor());
    permissions::BlockRequest block{UserId(call.request.path_parameter), body->until, std::move(body->reason)};
    services.user_blocks.block(
        call.caller, std::move(block), [&answer](Result<UserBlock> made) { answer.set(std::move(made)); });
    const Result<UserBlock> made = co_await answer.wait();
    if (!made) co_return made.error();
    co_return json_reply(200, wire::block_reply(*made));
}

Awaitable<Result<HttpReply>> delete_block(const Call& call, LoopServices& services) {
    runtime::OneShot<Result<bool>> answer(services.loop.executor());
    services.user_blocks.unblock(call.caller, UserId(call.request.path_parameter), [&answer](Result<bool> removed) {
        answer.set(std::move(removed));
    });
    const Result<bool> removed = co_await answer.wait();
    if (!removed) co_return removed.error();
    co_return json_reply(200, wire::unblock_reply());
}

Awaitable<Result<HttpReply>> get_users(const Call& call, LoopServices& services) {
    const Result<wire::BlockedUsersQuery> query = wire::parse_blocked_users_query(call.request.query);
    if (!query) co_return query.error();
    std::optional<UserId> after;
    if (query->start_key) {
        Result<std::string> last = history::decode_list_key(list_kind, "", *query->start_key);
        if (!last) co_return last.error();
        after = UserId(std::move(*last));
    }

    runtime::OneShot<Result<ports::BlockPage>> answer(services.loop.executor());
    services.user_blocks.list(call.caller, query->limit, std::move(after), [&answer](Result<ports::BlockPage> page) {
        answer.set(std::move(page));
    });
    const Result<ports::BlockPage> page = co_await answer.wait();
    if (!page) co_return page.error();
    std::optional<std::string> next_key;
    if (page->more) next_key = history::encode_list_key(list_kind, "", page->blocks.back().user.get());
    co_return json_reply(200, wire::blocked_users_page(page->blocks, next_key));
}

}  // namespace notifyd::gateway::endpoints
