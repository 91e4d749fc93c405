#include "notifyd/gateway/frames/subscriptions.hpp"

#include "notifyd/core/limits.hpp"
#include "notifyd/permissions/channel_rules.hpp"
#include "notifyd/wire/connect.hpp"

#include <algorithm>
#include <iterator>
#include <memory>
#include <string>
#include <utility>

namespace notifyd::gateway {

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

Result<void> SubscriptionFrames::check_channels(const connection::Connection& connection,
                                                const std::vector<std::string>& channels) {
    Result<void> allowed =
        permissions::may_have(connection.identity(), channels, services_.config.tokens.admin_channels);
    return allowed ? services_.inbox.check_channels(channels) : allowed;
}

Result<void> SubscriptionFrames::check(connection::Connection& connection, const wire::Subscribe& wanted) {
    if (Result<void> allowed = check_channels(connection, wanted.channels); !allowed) return allowed;
    if (Result<void> allowed = check_topics(connection, wanted.topics); !allowed) return allowed;
    return check_resume(connection, wanted);
}

Result<void> SubscriptionFrames::check_resume(connection::Connection& connection, const wire::Subscribe& wanted) {
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
    std::vector<TopicName> added;
    std::ranges::copy_if(wanted->topics, std::back_inserter(added), [&](const TopicName& topic) {
        return !connection::ConnectionRegistry::is_subscribed(call.connection, topic);
    });
    services_.connections.subscribe(call.connection, added);
    finish(call,
           wire::subscribed,
           {.channels_added = std::move(wanted->channels),
            .channels_removed = {},
            .topics_added = std::move(added),
            .resume = std::move(wanted->resume)});
}

void SubscriptionFrames::unsubscribe(const EnvelopeCall& call) {
    Result<wire::Unsubscribe> unwanted = wire::parse_unsubscribe(call.payload);
    if (!unwanted) return refuse_envelope(services_, call.connection, call.id, unwanted.error());
    if (!take_subscribe(services_, call)) return;
    if (const Result<void> allowed = check_channels(call.connection, unwanted->channels); !allowed) {
        return refuse_envelope(services_, call.connection, call.id, allowed.error());
    }
    std::vector<TopicName> leaving;
    for (const TopicName& topic : unwanted->topics) {
        // A connection always receives what is addressed to its own user.
        const bool own = topic.topic_class() == TopicClass::user && topic.id() == call.connection.identity().user.get();
        if (!own) leaving.push_back(topic);
    }
    services_.connections.unsubscribe(call.connection, leaving);
    finish(call,
           wire::unsubscribed,
           {.channels_added = {}, .channels_removed = std::move(unwanted->channels), .topics_added = {}, .resume = {}});
}

void SubscriptionFrames::finish(const EnvelopeCall& call, SubscriptionFrame encode, Rest rest) {
    // The answers of one connection keep the order of its requests, because its openings do.
    using Channels = Result<std::vector<std::string>>;
    const auto channels = std::make_shared<Channels>();
    auto store = [&inbox = services_.inbox,
                  caller = call.connection.identity(),
                  channels,
                  added = std::move(rest.channels_added),
                  removed = std::move(rest.channels_removed)](UniqueFunction<void()> go_on) mutable {
        auto stored = [channels, go_on = std::move(go_on)](Channels now) mutable {
            *channels = std::move(now);
            go_on();
        };
        if (added.empty() && removed.empty()) {
            inbox.channels(caller, std::move(stored));
        } else {
            inbox.change_channels(caller, std::move(added), std::move(removed), std::move(stored));
        }
    };
    auto answer = [&services = services_,
                   encode,
                   id = call.id,
                   channels,
                   topics_added = std::move(rest.topics_added),
                   resume = std::move(rest.resume)](connection::Connection& connection,
                                                    std::span<const TopicName> topics,
                                                    std::span<const Sequence> positions) {
        if (positions.empty()) return;
        if (!*channels) {
            services.connections.unsubscribe(connection, topics_added);
            return refuse_envelope(services, connection, id, channels->error());
        }
        connection.sink().answer(encode(wire::envelope_id(id, services.ids),
                                        services.clock.now_ms(),
                                        {.channels = **channels, .topics = topics, .positions = positions}));
        if (!resume.topics.empty()) services.delivery.resume(connection, resume);
    };
    services_.delivery.open(call.connection, {call.connection.topics(), std::move(answer), std::move(store)});
}

}  // namespace notifyd::gateway
