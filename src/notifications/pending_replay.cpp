#include "notifyd/notifications/pending_replay.hpp"

#include "notifyd/core/audience.hpp"
#include "notifyd/core/limits.hpp"
#include "notifyd/observability/events/messages.hpp"
#include "notifyd/wire/delivered_frames.hpp"
#include "notifyd/wire/notifications.hpp"
#include "notifyd/wire/websocket_frame.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

namespace notifyd::notifications {

namespace {

constexpr std::size_t page_rows = 100;
// The replay pauses while this much waits for the client, so that it never fills the outbox.
constexpr std::size_t high_mark = 64 * 1024;
constexpr std::size_t low_mark = 16 * 1024;
constexpr std::size_t page_bytes = high_mark;
constexpr std::size_t recent_max = 4'096;
// Usually far longer than a notice is on its way from its commit to this loop.
constexpr std::chrono::seconds linger{5};

FramePtr frame_of(const Notification& notification, EpochMs now, std::uint64_t unread) {
    const std::string text = wire::notification_envelope(notification, now, unread);
    const std::array<std::string_view, 1> pieces{text};
    return wire::make_websocket_frame(wire::Opcode::text, pieces);
}

// Only notifications themselves are in the pages; a notice that one was read or deleted follows them.
bool is_notification(const Delivery& delivery) {
    return !delivery.message->audience->channel.empty();
}

Uuid predecessor(Uuid id) {
    for (std::size_t i = id.bytes.size(); i > 0; --i) {
        if (id.bytes[i - 1]-- != 0) break;
    }
    return id;
}

}  // namespace

void PendingReplay::begin(const connection::Connection& connection) {
    if (!connection.awaits_pending) return;
    Replay& replay = replays_[connection.id()];
    const EpochMs window = rules_->pending_window().count();
    if (window != 0) replay.after = make_uuid_v7(expiry_.now_ms() - window, {});
    read(connection.id(), connection.identity().user, replay);
}

void PendingReplay::read(ConnectionId id, const UserId& user, const Replay& replay) {
    store_.pending(
        {.user = user, .rows_max = page_rows, .bytes_max = page_bytes, .after = replay.after, .now = expiry_.now_ms()},
        [this, id](Result<PendingPage> page) { page_came(id, std::move(page)); });
}

void PendingReplay::page_came(ConnectionId id, Result<PendingPage> page) {
    const auto found = replays_.find(id);
    const connection::Connection* const connection = registry_.find(id);
    if (found == replays_.end() || connection == nullptr) return;
    Replay& replay = found->second;
    if (page) {
        take_page(*connection, replay, std::move(*page));
    } else {
        failed(*connection, replay);
        if (replay.retry_at.has_value()) return;
    }
    go_on(id);
}

void PendingReplay::take_page(const connection::Connection& connection, Replay& replay, PendingPage page) {
    replay.failures = 0;
    replay.more = page.more;
    replay.unread = page.unread;
    if (!page.notifications.empty()) replay.after = page.notifications.back().id;
    for (Notification& notification : page.notifications) {
        if (!is_wanted(connection, page, notification)) continue;
        // After an overflow, some are read once more. One that is held follows in its place among the other notices, so
        // that the unread count that the client sees last is right.
        const bool sent = std::ranges::find(replay.recent, notification.id) != replay.recent.end();
        const bool held = std::ranges::any_of(replay.held, [&](const Delivery& one) {
            return is_notification(one) && one.message->id.get() == notification.id;
        });
        if (!sent && !held) replay.page.push_back(std::move(notification));
    }
}

bool PendingReplay::is_wanted(const connection::Connection& connection,
                              const PendingPage& page,
                              const Notification& notification) const {
    const std::string& channel = notification.channel;
    const Audience audience{notification.user, channel, rules_->is_for_admins(channel)};
    return rules_->is_subscribed(page.channels, channel) && is_in(audience, connection.identity());
}

void PendingReplay::failed(const connection::Connection& connection, Replay& replay) {
    if (++replay.failures < limits::catch_up_failures_max) {
        replay.retry_at = clock_.steady_now() + limits::catch_up_pause;
        return;
    }
    replay.more = false;
    events_.emit(observability::PendingReplayFailed{connection.id(), connection.identity().user});
}

void PendingReplay::go_on(ConnectionId id) {
    const auto found = replays_.find(id);
    connection::Connection* const connection = registry_.find(id);
    if (found == replays_.end() || connection == nullptr) return;
    Replay& replay = found->second;
    if (!send_page(*connection, replay)) return;
    if (!replay.more && replay.dropped.has_value()) {
        // Ids are in the order of the requests, which is not quite that of the commits: go back to the first one.
        replay.after = predecessor(*std::exchange(replay.dropped, std::nullopt));
        replay.more = true;
    }
    if (replay.more) return read(id, connection->identity().user, replay);
    if (send_held(*connection, replay)) replay.ended_at = clock_.steady_now();
}

void PendingReplay::await_room(connection::Connection& connection) {
    connection.sink().when_below(low_mark, [this, id = connection.id()] { go_on(id); });
}

bool PendingReplay::send_page(connection::Connection& connection, Replay& replay) {
    while (!replay.page.empty()) {
        if (connection.sink().bytes_waiting() >= high_mark) {
            await_room(connection);
            return false;
        }
        const Notification& notification = replay.page.front();
        const bool expired = notification.expires_at.has_value() && *notification.expires_at <= expiry_.now_ms();
        if (!expired) {
            switch (connection.sink().send(frame_of(notification, clock_.now_ms(), replay.unread))) {
                case ports::Verdict::queued:
                    break;
                case ports::Verdict::full:
                    await_room(connection);
                    return false;
                case ports::Verdict::closed:
                    return false;
            }
        }
        replay.recent.push_back(notification.id);
        if (replay.recent.size() > recent_max) replay.recent.pop_front();
        replay.page.pop_front();
    }
    return true;
}

bool PendingReplay::send_held(connection::Connection& connection, Replay& replay) {
    while (!replay.held.empty()) {
        const FramePtr frame = wire::delivered_frames(std::span(&replay.held.front(), 1), clock_.now_ms(), 0);
        switch (connection.sink().send(frame)) {
            case ports::Verdict::queued:
                break;
            case ports::Verdict::full:
                await_room(connection);
                return false;
            case ports::Verdict::closed:
                return false;
        }
        replay.held_bytes -= replay.held.front().message->head.size();
        replay.held.pop_front();
    }
    return true;
}

std::vector<Delivery> PendingReplay::pass(connection::Connection& connection, std::span<const Delivery> run) {
    Replay& replay = replays_[connection.id()];
    std::vector<Delivery> live;
    for (const Delivery& delivery : run) {
        const Uuid& id = delivery.message->id.get();
        if (is_notification(delivery) && std::ranges::find(replay.recent, id) != replay.recent.end()) continue;
        if (replay.ended_at.has_value()) {
            live.push_back(delivery);
        } else {
            hold(connection, replay, delivery);
        }
    }
    return live;
}

void PendingReplay::hold(const connection::Connection& connection, Replay& replay, const Delivery& delivery) {
    const Message& message = *delivery.message;
    const std::size_t bytes = message.head.size();
    if (replay.held.size() < limits::held_messages_max && replay.held_bytes + bytes <= limits::held_frames_bytes_max) {
        // It takes the place of the same one in the page.
        if (is_notification(delivery)) {
            std::erase_if(replay.page, [&](const Notification& one) { return one.id == message.id.get(); });
        }
        replay.held.push_back(delivery);
        replay.held_bytes += bytes;
    } else if (is_notification(delivery)) {
        const Uuid& id = message.id.get();
        replay.dropped = replay.dropped.has_value() ? std::min(*replay.dropped, id) : id;
    } else {
        events_.emit(observability::NoticeUndelivered{
            message.id, message.topic, connection.id(), connection.identity().user, "too_many_held"});
    }
}

void PendingReplay::tick(SteadyTime now) {
    std::vector<ConnectionId> retried;
    std::erase_if(replays_, [&](const auto& entry) {
        connection::Connection* const connection = registry_.find(entry.first);
        if (connection == nullptr) return true;
        const Replay& replay = entry.second;
        if (replay.retry_at.has_value() && now >= *replay.retry_at) retried.push_back(entry.first);
        if (!replay.ended_at.has_value() || now - *replay.ended_at < linger) return false;
        connection->awaits_pending = false;
        return true;
    });
    for (const ConnectionId& id : retried) {
        Replay& replay = replays_.at(id);
        replay.retry_at.reset();
        read(id, registry_.find(id)->identity().user, replay);
    }
}

}  // namespace notifyd::notifications
