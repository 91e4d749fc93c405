// POST /publish and POST /publish/batch (SPEC §3.1).
#include "notifyd/runtime/one_shot.hpp"
#include "notifyd/wire/api_replies.hpp"
#include "notifyd/wire/api_types.hpp"

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

}  // namespace

Awaitable<HttpReply> post_publish(const HttpRequest& request, LoopServices& services) {
    const Result<Identity> caller = caller_of(request, services);
    if (!caller) co_return error_reply(caller.error(), request.correlation_id);
    const Result<void> is_json = check_json_body(request);
    if (!is_json) co_return error_reply(is_json.error(), request.correlation_id);
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
    auto messages = wire::parse_batch_body(request.body, json_limits(services), message_max);
    if (!messages) co_return error_reply(messages.error(), request.correlation_id);
    const Result<std::optional<std::string>> key = wire::parse_idempotency_key(request.idempotency_key);
    if (!key) co_return error_reply(key.error(), request.correlation_id);
    if (*key) number_entries(**key, *messages);
    const auto share = services.publisher.take_share(*caller, request.body.size());
    if (!share) co_return error_reply(share.error(), request.correlation_id);

    runtime::OneShot<std::vector<Result<Receipt>>> answer(services.loop.executor());
    services.publisher.publish_batch(*caller, std::move(*messages), [&answer](std::vector<Result<Receipt>> receipts) {
        answer.set(std::move(receipts));
    });
    const std::vector<Result<Receipt>> receipts = co_await answer.wait();
    co_return json_reply(200, wire::batch_reply(receipts));
}

}  // namespace notifyd::gateway::endpoints
