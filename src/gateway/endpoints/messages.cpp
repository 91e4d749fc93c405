// GET /messages: a page of history, or named gaps (SPEC §3.2).
#include "notifyd/runtime/one_shot.hpp"
#include "notifyd/wire/api_replies.hpp"
#include "notifyd/wire/api_types.hpp"

#include "endpoints.hpp"

namespace notifyd::gateway::endpoints {

Awaitable<Result<HttpReply>> get_messages(const Call& call, LoopServices& services) {
    Result<HistoryRequest> query = wire::parse_messages_query(call.request.query);
    if (!query) co_return query.error();

    const TopicName topic = query->topic;
    runtime::OneShot<Result<history::HistoryPage>> answer(services.loop.executor());
    services.retrieval.messages(
        call.caller, std::move(*query), [&answer](Result<history::HistoryPage> page) { answer.set(std::move(page)); });
    const Result<history::HistoryPage> page = co_await answer.wait();
    if (!page) co_return page.error();
    co_return json_reply(
        200,
        wire::messages_page(
            topic, page->page, page->next_key, services.retrieval.epoch(), services.config.storage.message_retention));
}

}  // namespace notifyd::gateway::endpoints
