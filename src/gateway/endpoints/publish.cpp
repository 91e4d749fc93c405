// POST /publish and POST /publish/batch (SPEC §3.1).
#include "notifyd/core/http_status.hpp"
#include "notifyd/runtime/one_shot.hpp"
#include "notifyd/wire/api_replies.hpp"
#include "notifyd/wire/api_types.hpp"

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

Awaitable<Result<HttpReply>> post_publish(const Call& call, LoopServices& services) {
    const Result<void> is_json = check_json_body(call.request);
    if (!is_json) co_return is_json.error();
    const Result<void> in_rate = take_message(call.caller, services);
    if (!in_rate) co_return in_rate.error();
    Result<wire::PublishRequest> message = wire::parse_publish_body(call.request.body, json_limits(services));
    if (!message) co_return message.error();
    Result<std::optional<std::string>> key = wire::parse_idempotency_key(call.request.idempotency_key);
    if (!key) co_return key.error();
    if (*key && !message->deduplication_id) message->deduplication_id = std::move(*key);
    const auto share = services.publisher.take_share(call.caller, call.request.body.size());
    if (!share) co_return share.error();

    runtime::OneShot<Result<Receipt>> answer(services.loop.executor());
    services.publisher.publish(call.caller, std::move(*message), std::nullopt, [&answer](Result<Receipt> receipt) {
        answer.set(std::move(receipt));
    });
    const Result<Receipt> receipt = co_await answer.wait();
    if (!receipt) co_return receipt.error();
    co_return json_reply(200, wire::publish_reply(*receipt));
}

Awaitable<Result<HttpReply>> post_publish_batch(const Call& call, LoopServices& services) {
    const Result<void> is_json = check_json_body(call.request);
    if (!is_json) co_return is_json.error();
    const std::size_t message_max = config::unless_off(services.config.limits.max_message);
    auto messages = co_await read_batch(
        call.request.body, json_limits(services), message_max, services.loop, services.large_batches);
    if (!messages) co_return messages.error();
    const Result<std::optional<std::string>> key = wire::parse_idempotency_key(call.request.idempotency_key);
    if (!key) co_return key.error();
    if (*key) number_entries(**key, *messages);
    const auto share = services.publisher.take_share(call.caller, call.request.body.size());
    if (!share) co_return share.error();
    limit_rate(*messages, call.caller, services);

    runtime::OneShot<std::vector<Result<Receipt>>> answer(services.loop.executor());
    services.publisher.publish_batch(
        call.caller, std::move(*messages), [&answer](std::vector<Result<Receipt>> receipts) {
            answer.set(std::move(receipts));
        });
    const std::vector<Result<Receipt>> receipts = co_await answer.wait();
    log_refused(receipts, call.caller, call.request, services);
    co_return json_reply(200, wire::batch_reply(receipts));
}

}  // namespace notifyd::gateway::endpoints
