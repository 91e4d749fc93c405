// Lists, redrives and removes dead letters.
#include "notifyd/gateway/endpoints/dead_letters.hpp"

#include "notifyd/runtime/one_shot.hpp"
#include "notifyd/wire/dead_letters.hpp"
#include "notifyd/wire/opaque_key.hpp"

#include "http/http_reply.hpp"
#include "http/http_request.hpp"

namespace notifyd::gateway {

namespace {

constexpr auto list_kind = wire::ListKind::dead_letters;

Error no_such_letter() {
    return {Errc::not_found, "There is no such dead letter"};
}

using RedriveAnswer = runtime::OneShot<Result<delivery::RedriveCount>>;

// Brings the answer from the redriver's loop to this one.
delivery::Redriver::Done answer_on(runtime::EventLoop& loop, RedriveAnswer& answer) {
    return [&loop, &answer](Result<delivery::RedriveCount> count) {
        // This fails if the loop has stopped, and the request with it.
        static_cast<void>(
            loop.post_control([&answer, count = std::move(count)]() mutable { answer.set(std::move(count)); }));
    };
}

Result<HttpReply> redrive_reply(const Result<delivery::RedriveCount>& count) {
    if (!count) return count.error();
    return json_reply(200, wire::redrive_reply(count->redriven, count->failed));
}

}  // namespace

std::span<const ResourceRoute<DeadLetterEndpoints>> DeadLetterEndpoints::routes() {
    static constexpr ResourceRoute<DeadLetterEndpoints> table[] = {
        {{"GET", "/dlq", Access::admin}, &DeadLetterEndpoints::list},
        {{"POST", "/dlq/redrive", Access::admin, BodyKind::unread, BlockedUsers::refused},
         &DeadLetterEndpoints::redrive_all},
        {{"POST", "/dlq/{id}/redrive", Access::admin, BodyKind::unread, BlockedUsers::refused},
         &DeadLetterEndpoints::redrive_one},
        {{"DELETE", "/dlq/{id}", Access::admin, BodyKind::unread, BlockedUsers::refused}, &DeadLetterEndpoints::remove},
    };
    return table;
}

EndpointReply DeadLetterEndpoints::list(const Call& call) {
    const Result<wire::DeadLettersQuery> query = wire::parse_dead_letters_query(call.request.query);
    if (!query) co_return query.error();
    const std::string subject = query->queue.value_or("");
    const Result<std::optional<Uuid>> last = wire::decode_id_list_start(list_kind, subject, query->start_key);
    if (!last) co_return last.error();

    runtime::OneShot<Result<DeadLetterPage>> answer(loop_.executor());
    ports::DeadLetterQuery asked{.queue = query->queue, .after = *last, .letters_max = query->limit};
    letters_.list(std::move(asked), [&answer](Result<DeadLetterPage> page) { answer.set(std::move(page)); });
    const Result<DeadLetterPage> page = co_await answer.wait();
    if (!page) co_return page.error();
    std::optional<std::string> next_key;
    if (page->more) next_key = wire::encode_list_key(list_kind, subject, page->letters.back().id.to_string());
    co_return json_reply(200, wire::dead_letters_page(page->letters, next_key));
}

EndpointReply DeadLetterEndpoints::redrive_all(const Call& call) {
    Result<std::optional<std::string>> queue = wire::parse_redrive_query(call.request.query);
    if (!queue) co_return queue.error();
    RedriveAnswer answer(loop_.executor());
    redriver_.redrive_all(std::move(*queue), answer_on(loop_, answer));
    const Result<delivery::RedriveCount> count = co_await answer.wait();
    co_return redrive_reply(count);
}

EndpointReply DeadLetterEndpoints::redrive_one(const Call& call) {
    const auto id = Uuid::parse(call.request.path_parameter);
    if (!id) co_return no_such_letter();
    RedriveAnswer answer(loop_.executor());
    redriver_.redrive_one(*id, answer_on(loop_, answer));
    const Result<delivery::RedriveCount> count = co_await answer.wait();
    co_return redrive_reply(count);
}

EndpointReply DeadLetterEndpoints::remove(const Call& call) {
    const auto id = Uuid::parse(call.request.path_parameter);
    if (!id) co_return no_such_letter();
    runtime::OneShot<Result<bool>> answer(loop_.executor());
    letters_.remove(*id, [&answer](Result<bool> removed) { answer.set(removed); });
    const Result<bool> removed = co_await answer.wait();
    if (!removed) co_return removed.error();
    if (!*removed) co_return no_such_letter();
    HttpReply reply;
    reply.status = 204;
    co_return reply;
}

}  // namespace notifyd::gateway
