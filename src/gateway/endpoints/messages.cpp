// GET /messages: a page of history, or named gaps (SPEC §3.2).
#include "notifyd/wire/messages.hpp"

#include "notifyd/runtime/one_shot.hpp"

#include "endpoints.hpp"

namespace notifyd::gateway::endpoints {

Awaitable<HttpReply> get_messages(const HttpRequest& request, LoopServices& services) {
    const Result<Identity> caller = caller_of(request, services);
    if (!caller) co_return error_reply(caller.error(), request.correlation_id);
    Result<HistoryRequest> query = wire::parse_messages_query(request.query);
    if (!query) co_return error_reply(query.error(), request.correlation_id);

    const TopicName topic = query->topic;
    runtime::OneShot<Result<history::HistoryPage>> answer(services.loop.executor());
    services.retrieval.messages(
        *caller, std::move(*query), [&answer](Result<history::HistoryPage> page) { answer.set(std::move(page)); });
    const Result<history::HistoryPage> page = co_await answer.wait();
    if (!page) co_return error_reply(page.error(), request.correlation_id);
    co_return json_reply(
        200,
        wire::messages_page(
            topic, page->page, page->next_key, services.retrieval.epoch(), services.config.storage.message_retention));
}

}  // namespace notifyd::gateway::endpoints
