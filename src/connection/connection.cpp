// Subscriptions by topic, with their backlogs.
#include "notifyd/connection/connection.hpp"

#include "notifyd/connection/connection_registry.hpp"

namespace notifyd::connection {

std::vector<TopicName> Connection::topics() const {
    std::vector<TopicName> names;
    names.reserve(subscriptions_.size());
    for (const Subscription& subscription : subscriptions_) names.push_back(subscription.topic->name());
    return names;
}

Connection::Subscription* Connection::find(const TopicName& topic) {
    for (Subscription& subscription : subscriptions_) {
        if (subscription.topic->name() == topic) return &subscription;
    }
    return nullptr;
}

Backlog* Connection::backlog(const TopicName& topic) {
    if (backlogs_ == 0) return nullptr;
    Subscription* subscription = find(topic);
    return subscription == nullptr ? nullptr : subscription->backlog.get();
}

Backlog* Connection::begin_backlog(const TopicName& topic, std::uint64_t id) {
    Subscription* subscription = find(topic);
    if (subscription == nullptr) return nullptr;
    if (!subscription->backlog) ++backlogs_;
    subscription->backlog = std::make_unique<Backlog>();
    subscription->backlog->id = id;
    return subscription->backlog.get();
}

void Connection::end_backlog(const TopicName& topic) {
    Subscription* subscription = find(topic);
    if (subscription == nullptr || !subscription->backlog) return;
    subscription->backlog.reset();
    --backlogs_;
}

std::size_t Connection::held_bytes() const {
    std::size_t bytes = 0;
    for (const Subscription& subscription : subscriptions_) {
        if (subscription.backlog) bytes += subscription.backlog->held_bytes;
    }
    return bytes;
}

std::vector<TopicName> Connection::topics_behind() const {
    std::vector<TopicName> names;
    for (const Subscription& subscription : subscriptions_) {
        if (subscription.backlog) names.push_back(subscription.topic->name());
    }
    return names;
}

}  // namespace notifyd::connection
