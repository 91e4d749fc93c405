// One handler per type of frame (docs/protocol.md#all-frames).
#include "websocket/frame_dispatch.hpp"

#include "notifyd/core/limits.hpp"
#include "notifyd/observability/events/connections.hpp"
#include "notifyd/permissions/channel_rules.hpp"
#include "notifyd/wire/connect.hpp"
#include "notifyd/wire/server_frames.hpp"

#include "websocket/token_refresh.hpp"

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

Error no_channels_error() {
    return {Errc::invalid_request, "Notification channels are not available in this version"};
}

}  // namespace

std::chrono::nanoseconds FrameDispatch::take_message() {
    const config::Limits& limits = services_.config.limits;
    return messages_.take_or_wait(services_.clock.steady_now(), {limits.messages_per_second, limits.message_burst});
}

bool FrameDispatch::take_refusal() {
    const config::Limits& limits = services_.config.limits;
    return refusals_.take(services_.clock.steady_now(),
                          {limits.messages_per_second, refusals_per_burst * limits.message_burst});
}

void FrameDispatch::dispatch(std::string_view text) {
    const std::chrono::nanoseconds wait = take_message();
    const bool admitted = wait.count() == 0;
    // Don't parse frames that will not be answered.
    if (!admitted && !take_refusal()) {
        connection_.sink().close(CloseCode::policy);
        return;
    }
    const auto json_limits = wire::JsonLimits::with_depth(services_.config.limits.json_depth);
    wire::ClientFrame frame = wire::parse_client_frame(text, json_limits);
    if (!admitted) {
        refuse_for_rate(frame, std::chrono::ceil<Milliseconds>(wait));
        return;
    }
    std::visit([this](auto& value) { handle(std::move(value)); }, frame);
}

void FrameDispatch::refuse_for_rate(const wire::ClientFrame& frame, Milliseconds wait) {
    const Error error = rate_limited(
        "Too many messages on this connection: wait retryAfterMs milliseconds", wait, "limits.messages_per_second");
    std::visit(
        [&](const auto& value) {
            if constexpr (requires { value.request_id; }) {
                answer_failure(services_, connection_, error, value.request_id, value.ack_id);
            } else {
                answer_error(value.id, error);
            }
        },
        frame);
}

void FrameDispatch::answer_error(const OptionalId& envelope_id, const Error& error) {
    log_refusal(services_, connection_, error);
    connection_.sink().answer(
        wire::envelope_error(wire::envelope_id(envelope_id, services_.ids), services_.clock.now_ms(), error));
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

void FrameDispatch::handle(const wire::Ping& frame) {
    const EpochMs now = services_.clock.now_ms();
    services_.connections.pinged(connection_, now);
    connection_.sink().answer(wire::pong(wire::envelope_id(frame.id, services_.ids), now));
}

bool FrameDispatch::take_subscribe(const OptionalId& envelope_id) {
    const std::size_t most = services_.config.limits.subscribes_per_minute;
    const Milliseconds wait = subscribes_.take(services_.clock.steady_now(), std::chrono::minutes(1), most);
    if (wait == Milliseconds::zero()) return true;
    answer_error(envelope_id,
                 rate_limited("Too many subscribe and unsubscribe messages: wait retryAfterMs milliseconds",
                              wait,
                              "limits.subscribes_per_minute"));
    return false;
}

Result<void> FrameDispatch::check_subscribe(const wire::Subscribe& frame) {
    const Result<void> may_have =
        permissions::may_have(connection_.identity(), frame.channels, services_.config.tokens.admin_channels);
    if (!may_have) return may_have.error();
    if (!frame.channels.empty()) return no_channels_error();
    std::string refused;
    std::string first_refused;
    std::string_view cause;
    for (const TopicName& topic : frame.topics) {
        const Result<void> receivable = services_.permissions.may_receive(connection_.identity(), topic);
        if (receivable) continue;
        if (refused.empty()) {
            first_refused = topic.text();
            cause = receivable.error().cause;
        }
        refused.append(refused.empty() ? "" : ", ").append(topic.text());
    }
    const auto is_new = [this](const TopicName& topic) {
        return !connection::ConnectionRegistry::is_subscribed(connection_, topic);
    };
    const auto added = static_cast<std::size_t>(std::ranges::count_if(frame.topics, is_new));
    if (!refused.empty()) {
        Error error(Errc::forbidden, "No permission for " + refused);
        error.topic = std::move(first_refused);
        error.cause = cause;
        return error;
    }
    // The user's own topic is not counted.
    const std::size_t topics_max = config::unless_off(services_.config.limits.topics_per_connection);
    if (connection_.topic_count() - 1 + added > topics_max) {
        return Error{Errc::invalid_request,
                     "At most " + std::to_string(topics_max) + " topics can be subscribed on one connection"};
    }
    if (frame.resume.topics.empty()) return {};
    for (const ResumeTopic& resumed : frame.resume.topics) {
        const connection::Backlog* const backlog = connection_.backlog(resumed.topic);
        if (backlog == nullptr || backlog->next_replays.size() < limits::replays_waiting_max) continue;
        return Error{Errc::rate_limited,
                     "Too many replays of " + resumed.topic.text() + " are waiting: wait for resumed"};
    }
    std::vector<TopicName> subscribed = connection_.topics();
    subscribed.insert(subscribed.end(), frame.topics.begin(), frame.topics.end());
    return wire::check_resume(frame.resume.topics, subscribed);
}

void FrameDispatch::handle(wire::Subscribe frame) {
    if (!take_subscribe(frame.id)) return;
    const Result<void> allowed = check_subscribe(frame);
    if (!allowed) {
        answer_error(frame.id, allowed.error());
        return;
    }
    services_.connections.subscribe(connection_, frame.topics);
    answer_with_positions(wire::subscribed, std::move(frame.id), std::move(frame.resume));
}

void FrameDispatch::handle(const wire::Unsubscribe& frame) {
    if (!take_subscribe(frame.id)) return;
    // Leaving a channel is a choice that outlives the connection: it must not be confirmed without being stored.
    if (!frame.channels.empty()) {
        answer_error(frame.id, no_channels_error());
        return;
    }
    std::vector<TopicName> leaving;
    for (const TopicName& topic : frame.topics) {
        // A connection always receives what is addressed to its own user.
        const bool own = topic.topic_class() == TopicClass::user && topic.id() == connection_.identity().user.get();
        if (!own) leaving.push_back(topic);
    }
    services_.connections.unsubscribe(connection_, leaving);
    answer_with_positions(wire::unsubscribed, frame.id, {});
}

void FrameDispatch::answer_with_positions(SubscriptionFrame encode, OptionalId id, ResumeRequest resume) {
    auto answer = [&services = services_, encode, id = std::move(id), resume = std::move(resume)](
                      connection::Connection& connection,
                      std::span<const TopicName> topics,
                      std::span<const Sequence> positions) {
        if (positions.empty()) return;
        connection.sink().answer(encode(wire::envelope_id(id, services.ids),
                                        services.clock.now_ms(),
                                        {.channels = {}, .topics = topics, .positions = positions}));
        if (!resume.topics.empty()) services.delivery.resume(connection, resume);
    };
    services_.delivery.open(connection_, {connection_.topics(), std::move(answer)});
}

void FrameDispatch::handle(wire::AuthRefresh frame) {
    refresh_token(services_, connection_, std::move(frame));
}

void FrameDispatch::handle(const wire::NotificationAck& frame) {
    answer_error(frame.id, Error(Errc::not_found, "There is no such notification"));
}

void FrameDispatch::handle(const wire::UnknownEnvelope& frame) {
    answer_error(frame.id, wire::unknown_envelope_error());
}

void FrameDispatch::handle(const wire::MalformedSend& frame) {
    answer_failure(services_, connection_, frame.error, frame.request_id, frame.ack_id);
}

void FrameDispatch::handle(const wire::MalformedEnvelope& frame) {
    answer_error(frame.id, frame.error);
}

}  // namespace notifyd::gateway
