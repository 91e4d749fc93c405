// GET /dlq, POST /dlq/redrive, POST /dlq/{id}/redrive and DELETE /dlq/{id} (SPEC §3.7); for the admin grant.
#include "notifyd/wire/dead_letters.hpp"

#include "notifyd/history/page_key.hpp"
#include "notifyd/runtime/one_shot.hpp"

#include "endpoints.hpp"

namespace notifyd::gateway::endpoints {

namespace {

constexpr std::string_view resource = "Dead letters";
constexpr auto list_kind = history::ListKind::dead_letters;

Error no_such_letter() {
    return {Errc::not_found, "There is no such dead letter"};
}

// Where the page continues, from the client's key; nullopt: from the beginning.
Result<std::optional<Uuid>> last_of_previous(const wire::DeadLettersQuery& query) {
    if (!query.start_key) return std::optional<Uuid>();
    const Result<std::string> text = history::decode_list_key(list_kind, query.queue.value_or(""), *query.start_key);
    if (!text) return text.error();
    const auto id = Uuid::parse(*text);
    if (!id) return Error{Errc::invalid_request, "Invalid startKey format"};
    return id;
}

using RedriveAnswer = runtime::OneShot<Result<delivery::RedriveCount>>;

// The answer comes on the redriver's loop.
delivery::Redriver::Done answer_on(runtime::EventLoop& loop, RedriveAnswer& answer) {
    return [&loop, &answer](Result<delivery::RedriveCount> count) {
        // False: the loop has stopped, and the request with it.
        static_cast<void>(
            loop.post_control([&answer, count = std::move(count)]() mutable { answer.set(std::move(count)); }));
    };
}

HttpReply redrive_reply(const Result<delivery::RedriveCount>& count, const HttpRequest& request) {
    if (!count) return error_reply(count.error(), request.correlation_id);
    return json_reply(200, wire::redrive_reply(count->redriven, count->failed));
}

}  // namespace

Awaitable<HttpReply> get_dead_letters(const HttpRequest& request, LoopServices& services) {
    const Result<void> admin = check_admin(caller_of(request, services), resource);
    if (!admin) co_return error_reply(admin.error(), request.correlation_id);
    const Result<wire::DeadLettersQuery> query = wire::parse_dead_letters_query(request.query);
    if (!query) co_return error_reply(query.error(), request.correlation_id);
    const Result<std::optional<Uuid>> last = last_of_previous(*query);
    if (!last) co_return error_reply(last.error(), request.correlation_id);

    runtime::OneShot<Result<DeadLetterPage>> answer(services.loop.executor());
    ports::DeadLetterQuery asked{.queue = query->queue, .after = *last, .letters_max = query->limit};
    services.dead_letters.list(std::move(asked),
                               [&answer](Result<DeadLetterPage> page) { answer.set(std::move(page)); });
    const Result<DeadLetterPage> page = co_await answer.wait();
    if (!page) co_return error_reply(page.error(), request.correlation_id);
    std::optional<std::string> next_key;
    if (page->more) {
        next_key = history::encode_list_key(list_kind, query->queue.value_or(""), page->letters.back().id.to_string());
    }
    co_return json_reply(200, wire::dead_letters_page(page->letters, next_key));
}

Awaitable<HttpReply> post_redrive_all(const HttpRequest& request, LoopServices& services) {
    const Result<void> admin = check_admin(writer_of(request, services), resource);
    if (!admin) co_return error_reply(admin.error(), request.correlation_id);
    Result<std::optional<std::string>> queue = wire::parse_redrive_query(request.query);
    if (!queue) co_return error_reply(queue.error(), request.correlation_id);
    RedriveAnswer answer(services.loop.executor());
    services.redriver.redrive_all(std::move(*queue), answer_on(services.loop, answer));
    const Result<delivery::RedriveCount> count = co_await answer.wait();
    co_return redrive_reply(count, request);
}

Awaitable<HttpReply> post_redrive_one(const HttpRequest& request, LoopServices& services) {
    const Result<void> admin = check_admin(writer_of(request, services), resource);
    if (!admin) co_return error_reply(admin.error(), request.correlation_id);
    const auto id = Uuid::parse(request.path_parameter);
    if (!id) co_return error_reply(no_such_letter(), request.correlation_id);
    RedriveAnswer answer(services.loop.executor());
    services.redriver.redrive_one(*id, answer_on(services.loop, answer));
    const Result<delivery::RedriveCount> count = co_await answer.wait();
    co_return redrive_reply(count, request);
}

Awaitable<HttpReply> delete_dead_letter(const HttpRequest& request, LoopServices& services) {
    const Result<void> admin = check_admin(writer_of(request, services), resource);
    if (!admin) co_return error_reply(admin.error(), request.correlation_id);
    const auto id = Uuid::parse(request.path_parameter);
    if (!id) co_return error_reply(no_such_letter(), request.correlation_id);
    runtime::OneShot<Result<bool>> answer(services.loop.executor());
    services.dead_letters.remove(*id, [&answer](Result<bool> removed) { answer.set(removed); });
    const Result<bool> removed = co_await answer.wait();
    if (!removed) co_return error_reply(removed.error(), request.correlation_id);
    if (!*removed) co_return error_reply(no_such_letter(), request.correlation_id);
    HttpReply reply;
    reply.status = 204;
    co_return reply;
}

}  // namespace notifyd::gateway::endpoints
