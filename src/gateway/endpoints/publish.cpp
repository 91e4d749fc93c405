// POST /publish and POST /publish/batch (SPEC §3.1).
#include "notifyd/wire/publish.hpp"

#include "notifyd/core/http_status.hpp"
#include "notifyd/runtime/one_shot.hpp"

#include "../read_batch.hpp"
#include "../refusal_events.hpp"
#include "endpoints.hpp"

#include <string>
#include <vector>

namespace notifyd::gateway::endpoints {

namespace {

// One key for a whole batch: its entries, counted from 0, get one each, which no header of a single publish can be.
void number_entries(const std::string& key, std::vector<Result<wire::PublishRequest>>& messages) {
    for (std::size_t i = 0; i < messages.size(); ++i) {
        if (messages[i] && !messages[i]->deduplication_id) {
            messages[i]->deduplication_id = key + '\n' + std::to_string(i);
        }
    }
}

// Takes one message from the caller's rate; rate_limited when there is none left. The operator's own tokens have no
// rate.
Result<void> take_message(const Identity& caller, LoopServices& services) {
    if (caller.is_service()) return {};
    const config::Limits& limits = services.config.limits;
    const Rate rate{limits.messages_per_second, limits.message_burst};
    const Milliseconds wait = services.http_publishes.take(caller.user.get(), services.clock.steady_now(), rate);
    if (wait == Milliseconds::zero()) return {};
    return rate_limited(
        "Too many messages of this user over HTTP; the message was not accepted", wait, "limits.messages_per_second");
}

// Each entry counts, a malformed one too. Those beyond the rate are refused, the others go through.
void limit_rate(std::vector<Result<wire::PublishRequest>>& messages, const Identity& caller, LoopServices& services) {
    for (Result<wire::PublishRequest>& message : messages) {
        const Result<void> taken = take_message(caller, services);
        if (message && !taken) message = taken.error();
    }
}

// The entries that were refused in a batch that was not.
void log_refused(const std::vector<Result<Receipt>>& receipts,
                 const Identity& caller,
                 const HttpRequest& request,
                 LoopServices& services) {
    for (const Result<Receipt>& receipt : receipts) {
        if (receipt) continue;
        const Error& error = receipt.error();
        services.events.emit(
            request_refused(request, "/publish/batch", http_status(error.code), &error, caller.user.get()));
    }
}

}  // namespace

Awaitable<HttpReply> post_publish(const HttpRequest& request, LoopServices& services) {
    const Result<Identity> caller = caller_of(request, services);
    if (!caller) co_return error_reply(caller.error(), request.correlation_id);
    const Result<void> is_json = check_json_body(request);
    if (!is_json) co_return error_reply(is_json.error(), request.correlation_id);
    const Result<void> in_rate = take_message(*caller, services);
    if (!in_rate) co_return error_reply(in_rate.error(), request.correlation_id);
    Result<wire::PublishRequest> message = wire::parse_publish_body(request.body, json_limits(services));
    if (!message) co_return error_reply(message.error(), request.correlation_id);
    Result<std::optional<std::string>> key = wire::parse_idempotency_key(request.idempotency_key);
    if (!key) co_return error_reply(key.error(), request.correlation_id);
    if (*key && !message->deduplication_id) message->deduplication_id = std::move(*key);
    const auto share = services.publisher.take_share(*caller, request.body.size());
    if (!share) co_return error_reply(share.error(), request.correlation_id);

    runtime::OneShot<Result<Receipt>> answer(services.loop.executor());
    services.publisher.publish(*caller, std::move(*message), std::nullopt, [&answer](Result<Receipt> receipt) {
        answer.set(std::move(receipt));
    });
    const Result<Receipt> receipt = co_await answer.wait();
    if (!receipt) co_return error_reply(receipt.error(), request.correlation_id);
    co_return json_reply(200, wire::publish_reply(*receipt));
}

Awaitable<HttpReply> post_publish_batch(const HttpRequest& request, LoopServices& services) {
    const Result<Identity> caller = caller_of(request, services);
    if (!caller) co_return error_reply(caller.error(), request.correlation_id);
    const Result<void> is_json = check_json_body(request);
    if (!is_json) co_return error_reply(is_json.error(), request.correlation_id);
    const std::size_t message_max = config::unless_off(services.config.limits.max_message);
    auto messages =
        co_await read_batch(request.body, json_limits(services), message_max, services.loop, services.large_batches);
    if (!messages) co_return error_reply(messages.error(), request.correlation_id);
    const Result<std::optional<std::string>> key = wire::parse_idempotency_key(request.idempotency_key);
    if (!key) co_return error_reply(key.error(), request.correlation_id);
    if (*key) number_entries(**key, *messages);
    const auto share = services.publisher.take_share(*caller, request.body.size());
    if (!share) co_return error_reply(share.error(), request.correlation_id);
    limit_rate(*messages, *caller, services);

    runtime::OneShot<std::vector<Result<Receipt>>> answer(services.loop.executor());
    services.publisher.publish_batch(*caller, std::move(*messages), [&answer](std::vector<Result<Receipt>> receipts) {
        answer.set(std::move(receipts));
    });
    const std::vector<Result<Receipt>> receipts = co_await answer.wait();
    log_refused(receipts, *caller, request, services);
    co_return json_reply(200, wire::batch_reply(receipts));
}

}  // namespace notifyd::gateway::endpoints
