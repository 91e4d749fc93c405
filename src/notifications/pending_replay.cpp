#include "notifyd/notifications/pending_replay.hpp"

#include "notifyd/core/audience.hpp"
#include "notifyd/core/limits.hpp"
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
constexpr std::size_t recent_max = 4'096;
// Longer than a notice can be on its way from its commit to this loop.
constexpr std::chrono::seconds linger{5};

FramePtr frame_of(const Notification& notification, EpochMs now, std::uint64_t unread) {
    const std::string text = wire::notification_envelope(notification, now, unread);
    const std::array<std::string_view, 1> pieces{text};
    return wire::make_websocket_frame(wire::Opcode::text, pieces);
}

}  // namespace

void PendingReplay::begin(const connection::Connection& connection) {
    if (!connection.awaits_pending) return;
    read(connection.id(), connection.identity().user, replays_[connection.id()]);
}

void PendingReplay::read(ConnectionId id, const UserId& user, const Replay& replay) {
    const EpochMs now = expiry_.now_ms();
    const EpochMs window = rules_->pending_window().count();
    store_.pending({.user = user,
                    .rows_max = page_rows,
                    .after = replay.after,
                    .since = window == 0 ? 0 : now - window,
                    .now = now},
                   [this, id](Result<PendingPage> page) { page_came(id, std::move(page)); });
}

void PendingReplay::page_came(ConnectionId id, Result<PendingPage> page) {
    const auto found = replays_.find(id);
    const connection::Connection* const connection = registry_.find(id);
    if (found == replays_.end() || connection == nullptr) return;
    Replay& replay = found->second;
    replay.more = page.has_value() && page->more;
    if (page) {
        replay.unread = page->unread;
        if (!page->notifications.empty()) replay.after = page->notifications.back().id;
        for (Notification& notification : page->notifications) {
            const std::string& channel = notification.channel;
            const Audience audience{notification.user, channel, rules_->is_for_admins(channel)};
            const bool wanted =
                rules_->is_subscribed(page->channels, channel) && is_in(audience, connection->identity());
            // After an overflow, the same ones are read once more.
            if (wanted && !is_known(replay, notification.id)) replay.page.push_back(std::move(notification));
        }
    }
    go_on(id);
}

void PendingReplay::go_on(ConnectionId id) {
    const auto found = replays_.find(id);
    connection::Connection* const connection = registry_.find(id);
    if (found == replays_.end() || connection == nullptr) return;
    Replay& replay = found->second;
    if (!send_page(*connection, replay)) return;
    if (!replay.more && std::exchange(replay.overflowed, false)) {
        // Ids are in the order of the requests, which is not quite that of the commits: begin again.
        replay.after.reset();
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
        switch (connection.sink().send(frame_of(notification, clock_.now_ms(), replay.unread))) {
            case ports::Verdict::queued:
                break;
            case ports::Verdict::full:
                await_room(connection);
                return false;
            case ports::Verdict::closed:
                return false;
        }
        std::erase_if(replay.held, [&](const Delivery& held) { return held.message->id.get() == notification.id; });
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
        replay.held.pop_front();
    }
    replay.held_bytes = 0;
    return true;
}

bool PendingReplay::is_known(const Replay& replay, const Uuid& id) {
    return std::ranges::find(replay.recent, id) != replay.recent.end() ||
           std::ranges::find(replay.page, id, &Notification::id) != replay.page.end();
}

std::vector<Delivery> PendingReplay::pass(connection::Connection& connection, std::span<const Delivery> run) {
    Replay& replay = replays_[connection.id()];
    std::vector<Delivery> live;
    for (const Delivery& delivery : run) {
        const Message& message = *delivery.message;
        // Only notifications themselves are in the pages; a notice that one was read or deleted follows them.
        const bool is_notification = !message.audience->channel.empty();
        if (is_notification && is_known(replay, message.id.get())) continue;
        if (replay.ended_at.has_value()) {
            live.push_back(delivery);
        } else if (replay.held.size() < limits::held_messages_max &&
                   replay.held_bytes + message.head.size() <= limits::held_frames_bytes_max) {
            replay.held.push_back(delivery);
            replay.held_bytes += message.head.size();
        } else {
            replay.overflowed = true;
        }
    }
    return live;
}

void PendingReplay::tick(SteadyTime now) {
    std::erase_if(replays_, [&](auto& entry) {
        connection::Connection* const connection = registry_.find(entry.first);
        if (connection == nullptr) return true;
        const Replay& replay = entry.second;
        if (!replay.ended_at.has_value() || now - *replay.ended_at < linger) return false;
        connection->awaits_pending = false;
        return true;
    });
}

}  // namespace notifyd::notifications
