#include "notifyd/gateway/frames/subscriptions.hpp"

#include "notifyd/core/limits.hpp"
#include "notifyd/permissions/channel_rules.hpp"
#include "notifyd/wire/connect.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace notifyd::gateway {

namespace {

Error no_channels_error() {
    return {Errc::invalid_request, "Notification channels are not available in this version"};
}

}  // namespace

std::span<const EnvelopeRoute<SubscriptionFrames>> SubscriptionFrames::routes() {
    static constexpr EnvelopeRoute<SubscriptionFrames> table[] = {{"subscribe", &SubscriptionFrames::subscribe},
                                                                  {"unsubscribe", &SubscriptionFrames::unsubscribe}};
    return table;
}

Result<void> SubscriptionFrames::check_topics(const connection::Connection& connection,
                                              const std::vector<TopicName>& topics) {
    if (Result<void> receivable = check_receivable(services_, connection, topics); !receivable) {
        return receivable.error();
    }
    const auto is_new = [&](const TopicName& topic) {
        return !connection::ConnectionRegistry::is_subscribed(connection, topic);
    };
    const auto added = static_cast<std::size_t>(std::ranges::count_if(topics, is_new));
    // The user's own topic is not counted.
    const std::size_t topics_max = config::unless_off(services_.config.limits.topics_per_connection);
    if (connection.topic_count() - 1 + added > topics_max) {
        return Error{Errc::invalid_request,
                     "At most " + std::to_string(topics_max) + " topics can be subscribed on one connection"};
    }
    return {};
}

Result<void> SubscriptionFrames::check(connection::Connection& connection, const wire::Subscribe& wanted) {
    const Result<void> may_have =
        permissions::may_have(connection.identity(), wanted.channels, services_.config.tokens.admin_channels);
    if (!may_have) return may_have.error();
    if (!wanted.channels.empty()) return no_channels_error();
    if (Result<void> allowed = check_topics(connection, wanted.topics); !allowed) return allowed.error();
    if (wanted.resume.topics.empty()) return {};
    for (const ResumeTopic& resumed : wanted.resume.topics) {
        const connection::Backlog* const backlog = connection.backlog(resumed.topic);
        if (backlog == nullptr || backlog->next_replays.size() < limits::replays_waiting_max) continue;
        return Error{Errc::rate_limited,
                     "Too many replays of " + resumed.topic.text() + " are waiting: wait for resumed"};
    }
    std::vector<TopicName> subscribed = connection.topics();
    subscribed.insert(subscribed.end(), wanted.topics.begin(), wanted.topics.end());
    return wire::check_resume(wanted.resume.topics, subscribed);
}

void SubscriptionFrames::subscribe(const EnvelopeCall& call) {
    Result<wire::Subscribe> wanted = wire::parse_subscribe(call.payload);
    if (!wanted) return refuse_envelope(services_, call.connection, call.id, wanted.error());
    if (!take_subscribe(services_, call)) return;
    if (const Result<void> allowed = check(call.connection, *wanted); !allowed) {
        return refuse_envelope(services_, call.connection, call.id, allowed.error());
    }
    services_.connections.subscribe(call.connection, wanted->topics);
    answer_with_positions(call, wire::subscribed, std::move(wanted->resume));
}

void SubscriptionFrames::unsubscribe(const EnvelopeCall& call) {
    const Result<wire::Unsubscribe> unwanted = wire::parse_unsubscribe(call.payload);
    if (!unwanted) return refuse_envelope(services_, call.connection, call.id, unwanted.error());
    if (!take_subscribe(services_, call)) return;
    // Leaving a channel is a choice that outlives the connection: it must not be confirmed without being stored.
    if (!unwanted->channels.empty()) {
        return refuse_envelope(services_, call.connection, call.id, no_channels_error());
    }
    std::vector<TopicName> leaving;
    for (const TopicName& topic : unwanted->topics) {
        // A connection always receives what is addressed to its own user.
        const bool own = topic.topic_class() == TopicClass::user && topic.id() == call.connection.identity().user.get();
        if (!own) leaving.push_back(topic);
    }
    services_.connections.unsubscribe(call.connection, leaving);
    answer_with_positions(call, wire::unsubscribed, {});
}

void SubscriptionFrames::answer_with_positions(const EnvelopeCall& call,
                                               SubscriptionFrame encode,
                                               ResumeRequest resume) {
    auto answer = [&services = services_, encode, id = call.id, resume = std::move(resume)](
                      connection::Connection& connection,
                      std::span<const TopicName> topics,
                      std::span<const Sequence> positions) {
        if (positions.empty()) return;
        connection.sink().answer(encode(wire::envelope_id(id, services.ids),
                                        services.clock.now_ms(),
                                        {.channels = {}, .topics = topics, .positions = positions}));
        if (!resume.topics.empty()) services.delivery.resume(connection, resume);
    };
    services_.delivery.open(call.connection, {call.connection.topics(), std::move(answer)});
}

}  // namespace notifyd::gateway
