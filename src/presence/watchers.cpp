// A connection knows a topic up to a revision: that of its list, then that of each batch. Whatever a batch contains up
// to that revision, it has already.
#include "notifyd/presence/watchers.hpp"

#include "notifyd/core/presence_limits.hpp"
#include "notifyd/wire/presence.hpp"
#include "notifyd/wire/server_frames.hpp"

#include "batch_frames.hpp"

#include <algorithm>
#include <utility>

namespace notifyd::presence {

Watchers::Watchers(ports::PresenceBoard& board, const Clock& clock, IdSource& ids)
    : board_(board), clock_(clock), ids_(ids) {}

Result<void> Watchers::watch(connection::Connection& connection,
                             std::span<const TopicName> topics,
                             const wire::RawJson& id) {
    Watcher& watcher = watchers_[connection.id()];
    watcher.connection = &connection;
    const auto is_new = [&](const TopicName& topic) {
        return std::ranges::find(watcher.topics, topic) == watcher.topics.end();
    };
    const auto added = static_cast<std::size_t>(std::ranges::count_if(topics, is_new));
    if (watcher.topics.size() + added > limits::presence_topics_max) {
        return Error{Errc::invalid_request,
                     "The presence of at most " + std::to_string(limits::presence_topics_max) +
                         " topics can be watched on one connection"};
    }
    if (watcher.wanted.size() + topics.size() > limits::presence_lists_waiting_max) {
        return Error{Errc::rate_limited, "Too many lists are waiting: read those that were requested before"};
    }
    for (const TopicName& topic : topics) {
        Watches& watches = topics_[topic];
        if (watches.empty()) board_.watch(topic);
        watches[connection.id()] = {&connection};
        if (is_new(topic)) watcher.topics.push_back(topic);
        want(watcher, topic, id);
    }
    request_next(watcher);
    return {};
}

void Watchers::unwatch(connection::Connection& connection, std::span<const TopicName> topics) {
    const auto found = watchers_.find(connection.id());
    if (found == watchers_.end()) return;
    Watcher& watcher = found->second;
    for (const TopicName& topic : topics) drop(watcher, topic);
    if (watcher.topics.empty()) {
        watchers_.erase(found);
    } else {
        request_next(watcher);
    }
}

void Watchers::drop(Watcher& watcher, const TopicName& topic) {
    if (std::erase(watcher.topics, topic) == 0) return;
    if (!watcher.wanted.empty() && watcher.wanted.front().topic == topic) watcher.request = 0;
    std::erase_if(watcher.wanted, [&](const WantedList& wanted) { return wanted.topic == topic; });
    const auto found = topics_.find(topic);
    found->second.erase(watcher.connection->id());
    if (!found->second.empty()) return;
    board_.unwatch(topic);
    topics_.erase(found);
}

void Watchers::want(Watcher& watcher, const TopicName& topic, std::optional<wire::RawJson> id) {
    watcher.wanted.push_back({topic, std::move(id)});
}

void Watchers::request_next(Watcher& watcher) {
    if (watcher.request != 0 || watcher.wanted.empty()) return;
    const ConnectionId connection = watcher.connection->id();
    if (watcher.connection->sink().bytes_waiting() > limits::presence_room_bytes) {
        if (!std::exchange(watcher.waits_for_room, true)) waiting_for_room_.push_back(connection);
        return;
    }
    watcher.request = ++requests_;
    board_.list(watcher.wanted.front().topic, [this, connection, request = watcher.request](const PresenceList& list) {
        take(connection, request, list);
    });
}

void Watchers::take(ConnectionId connection, std::uint64_t request, const PresenceList& list) {
    const auto found = watchers_.find(connection);
    // It may have ended, or lost the topic.
    if (found == watchers_.end() || found->second.request != request) return;
    Watcher& watcher = found->second;
    const WantedList wanted = std::move(watcher.wanted.front());
    watcher.wanted.pop_front();
    watcher.request = 0;
    send(watcher, wanted, list);
    request_next(watcher);
}

void Watchers::send(Watcher& watcher, const WantedList& wanted, const PresenceList& list) {
    if (encoded_members_ != list.members) {
        encoded_ = wire::presence_members(*list.members);
        encoded_members_ = list.members;
    }
    const wire::RawJson id = wire::envelope_id(wanted.id, ids_);
    watcher.connection->sink().answer(wire::presence_frame(id, clock_.now_ms(), wanted.topic, encoded_, list.count));
    topics_.at(wanted.topic).at(watcher.connection->id()).known = list.revision;
}

void Watchers::tick() {
    for (const ConnectionId connection : std::exchange(waiting_for_room_, {})) {
        const auto found = watchers_.find(connection);
        if (found == watchers_.end()) continue;
        found->second.waits_for_room = false;
        request_next(found->second);
    }
}

void Watchers::received(const PresenceBatch& batch) {
    const auto found = topics_.find(batch.topic);
    if (found == topics_.end()) return;
    BatchFrames frames(batch, ids_, clock_.now_ms());
    for (auto& [id, watch] : found->second) {
        if (watch.known >= batch.revision) continue;
        const FramePtr frame = frames.after(watch.known);
        watch.known = batch.revision;
        if (!frame || watch.connection->sink().send(frame) != ports::Verdict::full) continue;
        watch.known = no_list_yet;
        Watcher& watcher = watchers_.at(id);
        want(watcher, batch.topic, std::nullopt);
        // Not now: this list of connections must not change, and there is no room yet.
        if (!std::exchange(watcher.waits_for_room, true)) waiting_for_room_.push_back(id);
    }
}

void Watchers::subscribed(connection::Connection& connection, std::span<const TopicName> topics) {
    board_.joined(connection.id(), connection.identity().user, topics);
}

void Watchers::unsubscribed(connection::Connection& connection, std::span<const TopicName> topics) {
    board_.left(connection.id(), connection.identity().user, topics);
}

void Watchers::closed(connection::Connection& connection) {
    unwatch(connection, watched(connection));
    board_.closed(connection.id(), connection.identity().user, connection.topics());
}

std::vector<TopicName> Watchers::watched(const connection::Connection& connection) const {
    const auto found = watchers_.find(connection.id());
    return found == watchers_.end() ? std::vector<TopicName>() : found->second.topics;
}

void Watchers::revoked(connection::Connection& connection, std::span<const TopicName> topics) {
    unwatch(connection, topics);
}

}  // namespace notifyd::presence
