// One handler per kind of frame (docs/protocol.md#all-frames).
#include "websocket/frame_dispatch.hpp"

#include "notifyd/core/limits.hpp"
#include "notifyd/observability/events/connections.hpp"
#include "notifyd/wire/server_frames.hpp"

#include <algorithm>
#include <span>
#include <variant>

namespace notifyd::gateway {

namespace {

// A client that continues for this many bursts after being refused is disconnected.
constexpr std::size_t refusals_per_burst = 5;

using OptionalId = std::optional<wire::RawJson>;

struct ReplyPlan {
    OptionalId request_id;
    OptionalId ack_id;
    wire::Reply reply;
};

void answer_success(connection::Connection& connection, const Receipt& receipt, const ReplyPlan& plan) {
    if (plan.reply == wire::Reply::on) connection.sink().answer(wire::send_answer(receipt, plan.request_id));
    if (plan.ack_id) connection.sink().answer(wire::ack_success(receipt, *plan.ack_id));
}

// A 403 names what the connection may publish to instead.
FramePtr failure_frame(const FrameServices& services,
                       const connection::Connection& connection,
                       const Error& error,
                       const OptionalId& request_id) {
    if (error.code != Errc::forbidden) return wire::send_error(error, request_id);
    std::vector<TopicName> authorized = connection.topics();
    std::erase_if(authorized, [&](const TopicName& topic) {
        return !services.permissions.may_publish(connection.identity(), topic);
    });
    return wire::send_forbidden(error, request_id, authorized);
}

void log_refusal(const FrameServices& services, const connection::Connection& connection, const Error& error) {
    services.events.emit(observability::FrameRefused{.connection = connection.id(),
                                                     .user = connection.identity().user,
                                                     .reason = reason_of(error),
                                                     .what = error.message,
                                                     .topic = error.topic,
                                                     .address = connection.peer.address});
}

void answer_failure(const FrameServices& services,
                    connection::Connection& connection,
                    const Error& error,
                    const OptionalId& request_id,
                    const OptionalId& ack_id) {
    log_refusal(services, connection, error);
    connection.sink().answer(failure_frame(services, connection, error, request_id));
    if (ack_id) connection.sink().answer(wire::ack_error(error, *ack_id));
}

}  // namespace

std::chrono::nanoseconds FrameDispatch::take(const wire::ClientFrame& frame) {
    // A replay sends this many notifications at once, and each is acknowledged.
    constexpr std::size_t acknowledgements_per_message = 50;
    const config::Limits& limits = services_.config.limits;
    const Rate rate{limits.messages_per_second, limits.message_burst};
    const SteadyTime now = services_.clock.steady_now();
    const auto* const envelope = std::get_if<wire::Envelope>(&frame);
    const EnvelopeRouter::Handler* const handler = envelope != nullptr ? envelopes_.find(envelope->type) : nullptr;
    if (handler == nullptr || handler->rate == FrameRate::messages) return messages_.take_or_wait(now, rate);
    return acknowledgements_.take_or_wait(
        now, {rate.per_second * acknowledgements_per_message, rate.burst * acknowledgements_per_message});
}

bool FrameDispatch::take_refusal() {
    const config::Limits& limits = services_.config.limits;
    return refusals_.take(services_.clock.steady_now(),
                          {limits.messages_per_second, refusals_per_burst * limits.message_burst});
}

void FrameDispatch::dispatch(std::string_view text) {
    const auto json_limits = wire::JsonLimits::with_depth(services_.config.limits.json_depth);
    wire::ClientFrame frame = wire::parse_client_frame(text, json_limits);
    const std::chrono::nanoseconds wait = take(frame);
    if (wait.count() == 0) {
        std::visit([this](auto& value) { handle(std::move(value)); }, frame);
    } else if (take_refusal()) {
        refuse_for_rate(frame, std::chrono::ceil<Milliseconds>(wait));
    } else {
        connection_.sink().close(CloseCode::policy);
    }
}

void FrameDispatch::refuse_for_rate(const wire::ClientFrame& frame, Milliseconds wait) {
    const Error error = rate_limited(
        "Too many messages on this connection: wait retryAfterMs milliseconds", wait, "limits.messages_per_second");
    std::visit(
        [&](const auto& value) {
            if constexpr (requires { value.request_id; }) {
                answer_failure(services_, connection_, error, value.request_id, value.ack_id);
            } else {
                refuse_envelope(services_, connection_, value.id, error);
            }
        },
        frame);
}

void FrameDispatch::handle(wire::SendMessage frame) {
    std::optional<ConnectionId> skip;
    if (frame.echo == wire::Echo::off) skip = connection_.id();
    ReplyPlan plan{std::move(frame.request_id), std::move(frame.ack_id), frame.reply};
    ++connection_.unanswered;
    services_.publisher.publish(
        connection_.identity(),
        std::move(frame.request),
        skip,
        [&services = services_, id = connection_.id(), plan = std::move(plan)](const Result<Receipt>& receipt) {
            connection::Connection* connection = services.registry.find(id);
            if (connection == nullptr) return;
            --connection->unanswered;
            if (receipt) {
                answer_success(*connection, *receipt, plan);
            } else {
                answer_failure(services, *connection, receipt.error(), plan.request_id, plan.ack_id);
            }
        });
}

void FrameDispatch::handle(wire::Envelope frame) {
    const EnvelopeRouter::Handler* const handler = envelopes_.find(frame.type);
    if (handler == nullptr) return refuse_envelope(services_, connection_, frame.id, envelopes_.unknown_type());
    handler->handle({connection_, std::move(frame.id), frame.payload, subscribes_});
}

void FrameDispatch::handle(const wire::MalformedSend& frame) {
    answer_failure(services_, connection_, frame.error, frame.request_id, frame.ack_id);
}

void FrameDispatch::handle(const wire::MalformedEnvelope& frame) {
    refuse_envelope(services_, connection_, frame.id, frame.error);
}

}  // namespace notifyd::gateway
