// A message, or a batch of them, from its body to the receipt.
#include "notifyd/gateway/endpoints/publish.hpp"

#include "notifyd/core/http_status.hpp"
#include "notifyd/runtime/one_shot.hpp"
#include "notifyd/wire/publish.hpp"

#include "endpoints/json_body.hpp"
#include "endpoints/read_batch.hpp"
#include "http/http_reply.hpp"
#include "http/refusal_events.hpp"

#include <string>
#include <vector>

namespace notifyd::gateway {

namespace {

// Derives a key for each entry, counted from 0, from the key of the batch. No header of a single publish can equal one.
void number_entries(const std::string& key, std::vector<Result<wire::PublishRequest>>& messages) {
    for (std::size_t i = 0; i < messages.size(); ++i) {
        if (messages[i] && !messages[i]->deduplication_id) {
            messages[i]->deduplication_id = key + '\n' + std::to_string(i);
        }
    }
}

}  // namespace

std::span<const ResourceRoute<PublishEndpoints>> PublishEndpoints::routes() {
    static constexpr ResourceRoute<PublishEndpoints> table[] = {
        {{"POST", "/publish", Access::user, BodyKind::message}, &PublishEndpoints::publish_one},
        {{"POST", "/publish/batch", Access::user, BodyKind::batch}, &PublishEndpoints::publish_batch},
    };
    return table;
}

Result<void> PublishEndpoints::take_message(const Identity& caller) {
    if (caller.is_service()) return {};
    const Rate rate{limits_.messages_per_second, limits_.message_burst};
    const Milliseconds wait = rates_.take(caller.user.get(), clock_.steady_now(), rate);
    if (wait == Milliseconds::zero()) return {};
    return rate_limited(
        "Too many messages from this user over HTTP; the message was not accepted", wait, "limits.messages_per_second");
}

void PublishEndpoints::limit_rate(Messages& messages, const Identity& caller) {
    for (Result<wire::PublishRequest>& message : messages) {
        const Result<void> taken = take_message(caller);
        if (message && !taken) message = taken.error();
    }
}

void PublishEndpoints::log_refused(const std::vector<Result<Receipt>>& receipts, const Call& call) {
    for (const Result<Receipt>& receipt : receipts) {
        if (receipt) continue;
        const Error& error = receipt.error();
        events_.emit(
            request_refused(call.request, "/publish/batch", http_status(error.code), &error, call.caller.user.get()));
    }
}

EndpointReply PublishEndpoints::publish_one(const Call& call) {
    const Result<void> is_json = check_json_body(call.request);
    if (!is_json) co_return is_json.error();
    const Result<void> in_rate = take_message(call.caller);
    if (!in_rate) co_return in_rate.error();
    Result<wire::PublishRequest> message = wire::parse_publish_body(call.request.body, json_limits(limits_));
    if (!message) co_return message.error();
    Result<std::optional<std::string>> key = wire::parse_idempotency_key(call.request.idempotency_key);
    if (!key) co_return key.error();
    if (*key && !message->deduplication_id) message->deduplication_id = std::move(*key);
    const auto share = publisher_.take_share(call.caller, call.request.body.size());
    if (!share) co_return share.error();

    runtime::OneShot<Result<Receipt>> answer(loop_.executor());
    publisher_.publish(call.caller, std::move(*message), std::nullopt, [&answer](Result<Receipt> receipt) {
        answer.set(std::move(receipt));
    });
    const Result<Receipt> receipt = co_await answer.wait();
    if (!receipt) co_return receipt.error();
    co_return json_reply(200, wire::publish_reply(*receipt));
}

EndpointReply PublishEndpoints::publish_batch(const Call& call) {
    const Result<void> is_json = check_json_body(call.request);
    if (!is_json) co_return is_json.error();
    const std::size_t message_max = config::unless_off(limits_.max_message);
    auto messages = co_await read_batch(call.request.body, json_limits(limits_), message_max, loop_, large_batches_);
    if (!messages) co_return messages.error();
    const Result<std::optional<std::string>> key = wire::parse_idempotency_key(call.request.idempotency_key);
    if (!key) co_return key.error();
    if (*key) number_entries(**key, *messages);
    const auto share = publisher_.take_share(call.caller, call.request.body.size());
    if (!share) co_return share.error();
    limit_rate(*messages, call.caller);

    runtime::OneShot<std::vector<Result<Receipt>>> answer(loop_.executor());
    publisher_.publish_batch(call.caller, std::move(*messages), [&answer](std::vector<Result<Receipt>> receipts) {
        answer.set(std::move(receipts));
    });
    const std::vector<Result<Receipt>> receipts = co_await answer.wait();
    log_refused(receipts, call);
    co_return json_reply(200, wire::batch_reply(receipts));
}

}  // namespace notifyd::gateway
