// POST and DELETE /users/{userId}/block, GET /users (SPEC §1); for the admin grant.
#include "notifyd/wire/users.hpp"

#include "notifyd/history/page_key.hpp"
#include "notifyd/runtime/one_shot.hpp"

#include "endpoints.hpp"

#include <string>

namespace notifyd::gateway::endpoints {

namespace {

constexpr auto list_kind = history::ListKind::blocked_users;

}  // namespace

Awaitable<HttpReply> post_block(const HttpRequest& request, LoopServices& services) {
    const Result<Identity> caller = writer_of(request, services);
    if (!caller) co_return error_reply(caller.error(), request.correlation_id);
    const Result<void> is_json = check_json_body(request);
    if (!is_json) co_return error_reply(is_json.error(), request.correlation_id);
    Result<wire::BlockBody> body = wire::parse_block_body(request.body, json_limits(services));
    if (!body) co_return error_reply(body.error(), request.correlation_id);

    runtime::OneShot<Result<UserBlock>> answer(services.loop.executor());
    permissions::BlockRequest block{UserId(request.path_parameter), body->until, std::move(body->reason)};
    services.user_blocks.block(
        *caller, std::move(block), [&answer](Result<UserBlock> made) { answer.set(std::move(made)); });
    const Result<UserBlock> made = co_await answer.wait();
    if (!made) co_return error_reply(made.error(), request.correlation_id);
    co_return json_reply(200, wire::block_reply(*made));
}

Awaitable<HttpReply> delete_block(const HttpRequest& request, LoopServices& services) {
    const Result<Identity> caller = writer_of(request, services);
    if (!caller) co_return error_reply(caller.error(), request.correlation_id);

    runtime::OneShot<Result<bool>> answer(services.loop.executor());
    services.user_blocks.unblock(
        *caller, UserId(request.path_parameter), [&answer](Result<bool> removed) { answer.set(std::move(removed)); });
    const Result<bool> removed = co_await answer.wait();
    if (!removed) co_return error_reply(removed.error(), request.correlation_id);
    co_return json_reply(200, wire::unblock_reply());
}

Awaitable<HttpReply> get_users(const HttpRequest& request, LoopServices& services) {
    const Result<Identity> caller = caller_of(request, services);
    if (!caller) co_return error_reply(caller.error(), request.correlation_id);
    const Result<wire::BlockedUsersQuery> query = wire::parse_blocked_users_query(request.query);
    if (!query) co_return error_reply(query.error(), request.correlation_id);
    std::optional<UserId> after;
    if (query->start_key) {
        Result<std::string> last = history::decode_list_key(list_kind, "", *query->start_key);
        if (!last) co_return error_reply(last.error(), request.correlation_id);
        after = UserId(std::move(*last));
    }

    runtime::OneShot<Result<ports::BlockPage>> answer(services.loop.executor());
    services.user_blocks.list(*caller, query->limit, std::move(after), [&answer](Result<ports::BlockPage> page) {
        answer.set(std::move(page));
    });
    const Result<ports::BlockPage> page = co_await answer.wait();
    if (!page) co_return error_reply(page.error(), request.correlation_id);
    std::optional<std::string> next_key;
    if (page->more) next_key = history::encode_list_key(list_kind, "", page->blocks.back().user.get());
    co_return json_reply(200, wire::blocked_users_page(page->blocks, next_key));
}

}  // namespace notifyd::gateway::endpoints
