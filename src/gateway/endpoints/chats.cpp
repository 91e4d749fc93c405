// Lists the caller's chats.
#include "notifyd/gateway/endpoints/chats.hpp"

#include "notifyd/runtime/one_shot.hpp"
#include "notifyd/wire/read_positions.hpp"

#include "http/http_reply.hpp"
#include "http/http_request.hpp"

#include <utility>

namespace notifyd::gateway {

std::span<const ResourceRoute<ChatEndpoints>> ChatEndpoints::routes() {
    static constexpr ResourceRoute<ChatEndpoints> table[] = {
        {{"GET", "/chats", Access::user}, &ChatEndpoints::list},
    };
    return table;
}

EndpointReply ChatEndpoints::list(const Call& call) {
    const Result<void> usable = positions_.available();
    if (!usable) co_return usable.error();
    const Result<wire::ChatsQuery> query = wire::parse_chats_query(call.request.query);
    if (!query) co_return query.error();

    runtime::OneShot<Result<history::ChatListPage>> answer(loop_.executor());
    positions_.chats(call.caller, query->limit, query->start_key, [&answer](Result<history::ChatListPage> page) {
        answer.set(std::move(page));
    });
    const Result<history::ChatListPage> page = co_await answer.wait();
    if (!page) co_return page.error();
    co_return json_reply(200, wire::chats_page(page->chats, page->next_key));
}

}  // namespace notifyd::gateway
