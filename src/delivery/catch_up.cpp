// Works through backlogs step by step: plan a replay, read a page, send it, then continue or go live.
#include "notifyd/delivery/catch_up.hpp"

#include "notifyd/core/limits.hpp"
#include "notifyd/observability/events/connections.hpp"
#include "notifyd/wire/delivered_frames.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace notifyd::delivery {

namespace {

constexpr std::size_t unbounded_outbox = 1024 * 1024;

std::size_t share(std::size_t outbox_bytes, std::size_t parts) {
    return (outbox_bytes == 0 ? unbounded_outbox : outbox_bytes) / parts;
}

LogWindow fifo_window(PageCursor sent, PageCursor seen) {
    return {.kinds = LogWindow::Kinds::fifo,
            .end = seen,
            .fifo_after = sent,
            .fifo_up_to = std::numeric_limits<Position>::max()};
}

PageQuery page_query(
    const UserId& asker, const TopicName& topic, PageCursor after, const LogWindow& window, std::size_t bytes_max) {
    return {.topic = topic,
            .order = PageOrder::oldest_first,
            .messages_max = limits::page_messages_max,
            .bytes_max = bytes_max,
            .from_time = std::nullopt,
            .to_time = std::nullopt,
            .sequences = {},
            .after = after,
            .window = window,
            .asker = asker};
}

}  // namespace

CatchUp::CatchUp(const connection::ConnectionRegistry& registry,
                 ports::MessageReader& reader,
                 ports::ResumePlanner& planner,
                 RetryQueue& retries,
                 DeadLetters& dead_letters,
                 Log log,
                 std::size_t outbox_bytes,
                 const Clock& clock,
                 observability::Events& events)
    : registry_(registry),
      reader_(reader),
      planner_(planner),
      retries_(retries),
      dead_letters_(dead_letters),
      log_(log),
      outbox_bytes_(share(outbox_bytes, 1)),
      // Refill half of the outbox once it has drained to a quarter; the rest is for live messages of other topics.
      low_mark_(share(outbox_bytes, 4)),
      page_bytes_(share(outbox_bytes, 2)),
      clock_(clock),
      events_(events) {}

// --- live messages ---

CatchUp::Backlog* CatchUp::begin(connection::Connection& connection, const TopicName& topic) {
    return connection.begin_backlog(topic, ++last_id_);
}

void CatchUp::fall_behind(connection::Connection& connection, std::span<const Delivery> run) {
    const TopicName& topic = run.front().message->topic;
    Backlog* backlog = begin(connection, topic);
    if (backlog == nullptr) return;
    backlog->owe(run);
    events_.emit(observability::DeliveryFellBehind{connection.id(), connection.identity().user, topic});
    await_room(connection, *backlog, low_mark_);
}

std::span<const Delivery> CatchUp::pass(connection::Connection& connection, std::span<const Delivery> run) {
    const Message& first = *run.front().message;
    Backlog* backlog = connection.backlog(first.topic);
    if (backlog == nullptr) return run;
    if (first.type == MessageType::fifo) {
        while (!run.empty() && backlog->has_already(run.front())) run = run.subspan(1);
        if (run.empty()) return {};
    }
    const bool in_log = first.type == MessageType::fifo && run.front().at.position != 0;
    if (!in_log && backlog->holds()) {
        hold(connection, *backlog, run);
        return {};
    }
    if (first.type == MessageType::standard) return run;
    if (!backlog->works()) {
        // The backlog existed only to skip messages that the client already had.
        connection.end_backlog(first.topic);
        return run;
    }
    backlog->owe(run);
    return {};
}

void CatchUp::hold(connection::Connection& connection, Backlog& backlog, std::span<const Delivery> run) {
    for (const Delivery& delivery : run) {
        const std::size_t bytes = delivery.message->head.size();
        const bool room = backlog.held.size() < limits::held_messages_max &&
                          (backlog.held.empty() || connection.held_bytes() + bytes <= outbox_bytes_);
        if (room) {
            backlog.held.push_back(delivery);
            backlog.held_bytes += bytes;
        } else if (delivery.message->type == MessageType::standard) {
            retries_.add(connection, delivery);
        } else {
            // Without a log, the order cannot be kept.
            connection.sink().close(CloseCode::too_slow);
            return;
        }
    }
}

void CatchUp::pass_over(connection::Connection& connection, std::span<const Delivery> run) {
    Backlog* backlog = connection.backlog(run.front().message->topic);
    if (backlog == nullptr) return;
    for (const Delivery& delivery : run) {
        if (delivery.at.position != 0) {
            if (backlog->owes()) backlog->own.push_back(delivery.at.position);
        } else if (backlog->opening || backlog->replay || !backlog->next_replays.empty()) {
            backlog->standard_own.push_back(delivery.message->id);
        }
    }
}

void CatchUp::give_up(connection::Connection& connection, const Failure& failure) {
    for (const TopicName& topic : connection.topics_behind()) {
        Backlog& backlog = *connection.backlog(topic);
        for (const Delivery& delivery : backlog.held) dead_letters_.add(connection, delivery, failure);
        backlog.held.clear();
        backlog.held_bytes = 0;
        if (backlog.owes()) bury({connection, topic, backlog.sent, backlog.seen, failure, 0});
    }
}

void CatchUp::bury(Owed owed) {
    // A stalled client is owed what arrived within delivery.stalled_after, but bound the work anyway.
    constexpr std::size_t pages_max = 10;
    LogWindow window = fifo_window(owed.sent, owed.seen);
    window.kinds = LogWindow::Kinds::unnumbered;
    PageQuery query = page_query(owed.recipient.user, owed.topic, owed.sent, window, limits::page_bytes_max);
    query.if_busy = IfBusy::wait;
    reader_.read_page(std::move(query), [this, owed = std::move(owed)](const Result<Page>& page) mutable {
        const auto ends_short = [this, &owed] {
            events_.emit(observability::DeliveryFailed{owed.recipient.connection, owed.recipient.user, owed.topic});
        };
        if (!page) return ends_short();
        for (const StoredMessage& message : page->messages) {
            if (message.target_channel != websocket_channel) continue;
            dead_letters_.add(owed.recipient, message, owed.topic, owed.failure);
        }
        if (!page->next.has_value()) return;
        // A page that contained only other users' messages does not count against the bound.
        if (!page->messages.empty() && ++owed.pages == pages_max) return ends_short();
        owed.sent = *page->next;
        bury(std::move(owed));
    });
}

// --- jobs ---

CatchUp::Target CatchUp::find(const Job& job) const {
    connection::Connection* connection = registry_.find(job.connection);
    Backlog* backlog = connection == nullptr ? nullptr : connection->backlog(job.topic);
    if (backlog == nullptr || backlog->id != job.id) return {};
    return {connection, backlog};
}

void CatchUp::enqueue(const connection::Connection& connection, const TopicName& topic, Backlog& backlog) {
    backlog.busy = true;
    const UserId& user = connection.identity().user;
    ready_.push(user, {connection.id(), user, topic, backlog.id});
}

void CatchUp::pump() {
    while (reads_ < limits::catch_up_reads_max) {
        if (!ready_openings_.empty()) {
            // A short read, and the client waits for it before anything else.
            prepare_opening(ready_openings_.pop());
        } else if (!ready_.empty()) {
            const Job job = ready_.pop();
            step(job);
        } else {
            return;
        }
    }
}

void CatchUp::step(const Job& job) {
    const Target target = find(job);
    if (target.backlog == nullptr) return;
    Backlog& backlog = *target.backlog;
    if (backlog.replay.has_value() && !backlog.replay->window.has_value()) {
        plan(job, backlog);
    } else if (target.connection->sink().bytes_waiting() > low_mark_) {
        await_room(*target.connection, backlog, low_mark_);
    } else if (!backlog.replay.has_value() && !backlog.held.empty()) {
        release_held(job, target);
    } else if (target.connection->is_read_for) {
        backlog.busy = false;  // resumed when that page has arrived
    } else {
        read(job, *target.connection, backlog);
    }
}

void CatchUp::await_room(connection::Connection& connection, Backlog& backlog, std::size_t mark) {
    backlog.busy = false;
    if (std::exchange(connection.awaits_room, true)) return;
    connection.sink().when_below(mark, [this, id = connection.id()] { room_came(id); });
}

void CatchUp::room_came(ConnectionId id) {
    connection::Connection* connection = registry_.find(id);
    if (connection == nullptr) return;
    connection->awaits_room = false;
    take_up(*connection);
    pump();
}

void CatchUp::take_up(connection::Connection& connection) {
    if (connection.awaits_room) return;
    // Take turns: only one topic per connection is read at a time, and one that never catches up must not starve the
    // others.
    std::vector<std::pair<std::uint64_t, TopicName>> waiting;
    for (TopicName& topic : connection.topics_behind()) {
        const Backlog& backlog = *connection.backlog(topic);
        if (!backlog.busy && backlog.works()) waiting.emplace_back(backlog.served, std::move(topic));
    }
    std::ranges::sort(waiting, {}, &std::pair<std::uint64_t, TopicName>::first);
    for (const auto& [served, topic] : waiting) enqueue(connection, topic, *connection.backlog(topic));
}

void CatchUp::run(SteadyTime now) {
    std::vector<Later> waiting;
    for (Later& later : std::exchange(later_, {})) {
        if (later.due <= now) {
            const UserId user = later.job.user;
            ready_.push(user, std::move(later.job));
        } else {
            waiting.push_back(std::move(later));
        }
    }
    later_.insert(later_.end(), std::make_move_iterator(waiting.begin()), std::make_move_iterator(waiting.end()));
    pump();
}

void CatchUp::failed(const Job& job, Target target) {
    Backlog& backlog = *target.backlog;
    if (++backlog.failures < limits::catch_up_failures_max) {
        later_.push_back({clock_.steady_now() + limits::catch_up_pause, job});
    } else if (backlog.replay.has_value()) {
        end_replay(job, target, "unavailable");
    } else {
        // The client reconnects and resumes, and then learns what is no longer available.
        target.connection->sink().close(CloseCode::internal_error);
    }
}

void CatchUp::go_on(const Job& job, Target target) {
    Backlog& backlog = *target.backlog;
    const bool may_replay = !backlog.replay.has_value() && !backlog.owes() && backlog.held.empty();
    if (may_replay && !backlog.next_replays.empty()) {
        connection::ResumeAsked asked = backlog.next_replays.front();
        backlog.next_replays.pop_front();
        // Whatever passed the loop in the meantime was noted, and has been sent.
        asked.fifo_up_to = std::max(asked.fifo_up_to, backlog.seen.position);
        backlog.busy = false;
        begin_replay(*target.connection, job.topic, backlog, asked);
        return;
    }
    if (backlog.works()) {
        enqueue(*target.connection, job.topic, backlog);
        return;
    }
    backlog.busy = false;
    const bool passed = backlog.sent.counter >= backlog.has_up_to && backlog.sent >= backlog.has_up_to_place;
    if (passed) target.connection->end_backlog(job.topic);
}

// --- pages ---

void CatchUp::read(const Job& job, connection::Connection& connection, Backlog& backlog) {
    backlog.served = ++last_read_;
    const std::size_t waiting = connection.sink().bytes_waiting();
    const std::size_t bytes_max = page_bytes_ - std::min(page_bytes_, waiting);
    const PageCursor after = backlog.replay.has_value() ? backlog.replay->after : backlog.sent;
    const LogWindow window =
        backlog.replay.has_value() ? *backlog.replay->window : fifo_window(backlog.sent, backlog.seen);
    PageQuery query = page_query(job.user, job.topic, after, window, bytes_max);
    query.if_busy = IfBusy::wait;
    const PageCursor end = query.window->end;
    ++reads_;
    connection.is_read_for = true;
    reader_.read_page(std::move(query), [this, job, end](const Result<Page>& page) {
        --reads_;
        connection::Connection* const reader = registry_.find(job.connection);
        if (reader != nullptr) {
            reader->is_read_for = false;
            take_up(*reader);
        }
        page_came(job, end, page);
        pump();
    });
}

void CatchUp::page_came(const Job& job, PageCursor end, const Result<Page>& page) {
    const Target target = find(job);
    if (target.backlog == nullptr) return;
    if (!page) {
        failed(job, target);
        return;
    }
    target.backlog->failures = 0;
    if (target.backlog->replay.has_value()) {
        replay_page(job, target, *page);
    } else {
        catch_up_page(job, target, end, *page);
    }
}

void CatchUp::catch_up_page(const Job& job, Target target, PageCursor end, const Page& page) {
    Backlog& backlog = *target.backlog;
    std::vector<StoredMessage> owed;
    for (const StoredMessage& message : page.messages) {
        const bool own = std::ranges::binary_search(backlog.own, message.at.position);
        if (message.target_channel == websocket_channel && !own && !backlog.has_already(message)) {
            owed.push_back(message);
        }
    }
    if (!owed.empty()) {
        const std::span<const StoredMessage> messages(owed);
        switch (target.connection->sink().send(wire::delivered_frames(messages, clock_.now_ms(), 0))) {
            case ports::Verdict::queued:
                break;
            case ports::Verdict::full:
                // Other topics filled the outbox in the meantime. A single message always fits once it is empty.
                await_room(*target.connection, backlog, 0);
                return;
            case ports::Verdict::closed:
                return;
        }
    }
    backlog.sent = page.next.value_or(end);
    backlog.sent_number = backlog.sent.counter;
    while (!backlog.own.empty() && backlog.own.front() <= backlog.sent.position) backlog.own.pop_front();
    if (!backlog.owes()) {
        events_.emit(
            observability::DeliveryCaughtUp{target.connection->id(), target.connection->identity().user, job.topic});
    }
    go_on(job, target);
}

}  // namespace notifyd::delivery
