// Parses the query, asks for the page, encodes it.
#include "notifyd/gateway/endpoints/messages.hpp"

#include "notifyd/runtime/one_shot.hpp"
#include "notifyd/wire/messages.hpp"

#include "http/http_reply.hpp"
#include "http/http_request.hpp"

namespace notifyd::gateway {

std::span<const ResourceRoute<MessageEndpoints>> MessageEndpoints::routes() {
    static constexpr ResourceRoute<MessageEndpoints> table[] = {
        {{"GET", "/messages", Access::user}, &MessageEndpoints::list},
    };
    return table;
}

EndpointReply MessageEndpoints::list(const Call& call) {
    Result<HistoryRequest> query = wire::parse_messages_query(call.request.query);
    if (!query) co_return query.error();

    const TopicName topic = query->topic;
    runtime::OneShot<Result<history::HistoryPage>> answer(loop_.executor());
    retrieval_.messages(
        call.caller, std::move(*query), [&answer](Result<history::HistoryPage> page) { answer.set(std::move(page)); });
    const Result<history::HistoryPage> page = co_await answer.wait();
    if (!page) co_return page.error();
    co_return json_reply(
        200, wire::messages_page(topic, page->page, page->next_key, retrieval_.epoch(), storage_.message_retention));
}

}  // namespace notifyd::gateway
