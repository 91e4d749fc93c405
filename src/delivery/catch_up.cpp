// Steps of a backlog: plan a replay, read a page, send it, go on or go live.
#include "notifyd/delivery/catch_up.hpp"

#include "notifyd/core/limits.hpp"
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

PageCursor in_front_of(PageCursor at) {
    return {at.counter, at.position - 1};
}

// `message`: a Delivery or a StoredMessage. Behind the last number that the client has come, without a number of their
// own, only messages with the same counter or a higher one.
template <class M>
bool has_already(const connection::Backlog& backlog, const M& message) {
    if (message.at <= backlog.has_up_to_place) return message.at.position != 0;
    return message.sequence != 0 ? message.sequence <= backlog.has_up_to : message.at.counter < backlog.has_up_to;
}

LogWindow fifo_window(PageCursor sent, PageCursor seen) {
    return {.kinds = LogWindow::Kinds::fifo,
            .end = seen,
            .fifo_after = sent,
            .fifo_up_to = std::numeric_limits<Position>::max()};
}

PageQuery page_query(const TopicName& topic, PageCursor after, const LogWindow& window, std::size_t bytes_max) {
    return {.topic = topic,
            .order = PageOrder::oldest_first,
            .messages_max = limits::page_messages_max,
            .bytes_max = bytes_max,
            .from_time = std::nullopt,
            .to_time = std::nullopt,
            .sequences = {},
            .after = after,
            .window = window};
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
      // Half of the outbox is refilled when it is down to a quarter: the rest is for live messages of other topics.
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
    backlog->sent = in_front_of(run.front().at);
    backlog->seen = run.back().at;
    events_.emit(observability::DeliveryFellBehind{connection.id(), connection.identity().user, topic});
    await_room(connection, *backlog, low_mark_);
}

std::span<const Delivery> CatchUp::pass(connection::Connection& connection, std::span<const Delivery> run) {
    const Message& first = *run.front().message;
    Backlog* backlog = connection.backlog(first.topic);
    if (backlog == nullptr) return run;
    if (first.type == MessageType::fifo) {
        while (!run.empty() && has_already(*backlog, run.front())) run = run.subspan(1);
        if (run.empty()) return {};
    }
    const bool in_log = first.type == MessageType::fifo && run.front().at.position != 0;
    if (!in_log && backlog->replay.has_value() && backlog->held.size() < limits::held_messages_max) {
        backlog->held.insert(backlog->held.end(), run.begin(), run.end());
        return {};
    }
    if (first.type == MessageType::standard) return run;
    if (!in_log || (!backlog->replay.has_value() && !backlog->owes())) {
        // It only waited for the messages that the client had already.
        if (!backlog->replay.has_value()) connection.end_backlog(first.topic);
        return run;
    }
    if (!backlog->owes()) backlog->sent = in_front_of(run.front().at);
    backlog->seen = run.back().at;
    return {};
}

void CatchUp::pass_over(connection::Connection& connection, std::span<const Delivery> run) {
    Backlog* backlog = connection.backlog(run.front().message->topic);
    if (backlog == nullptr) return;
    if (!backlog->owes() && !backlog->replay.has_value()) return;
    for (const Delivery& delivery : run) backlog->not_wanted.push_back(delivery.message->id);
}

void CatchUp::give_up(connection::Connection& connection, const Failure& failure) {
    for (const TopicName& topic : connection.topics_behind()) {
        Backlog& backlog = *connection.backlog(topic);
        for (const Delivery& delivery : std::exchange(backlog.held, {})) {
            dead_letters_.add(connection, delivery, failure);
        }
        if (backlog.owes()) bury({connection, topic, backlog.sent, backlog.seen, failure});
    }
}

void CatchUp::bury(Owed owed) {
    PageQuery query = page_query(owed.topic, owed.sent, fifo_window(owed.sent, owed.seen), limits::page_bytes_max);
    reader_.read_page(std::move(query), [this, owed = std::move(owed)](const Result<Page>& page) mutable {
        if (!page) return;
        for (const StoredMessage& message : page->messages) {
            if (message.sequence != 0 || message.target_channel != websocket_channel) continue;
            dead_letters_.add(owed.recipient, message, owed.topic, owed.failure);
        }
        if (!page->next.has_value()) return;
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
    ready_.push_back({connection.id(), topic, backlog.id});
}

void CatchUp::pump() {
    while (reads_ < limits::catch_up_reads_max && !ready_.empty()) {
        const Job job = std::move(ready_.front());
        ready_.pop_front();
        step(job);
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
    for (const TopicName& topic : connection->topics_behind()) {
        Backlog& backlog = *connection->backlog(topic);
        if (!backlog.busy && (backlog.replay.has_value() || backlog.owes())) enqueue(*connection, topic, backlog);
    }
    pump();
}

void CatchUp::run(SteadyTime now) {
    std::vector<Later> waiting;
    for (Later& later : std::exchange(later_, {})) {
        if (later.due <= now) {
            ready_.push_back(std::move(later.job));
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
        // It comes back and resumes, and is then told what cannot be had.
        target.connection->sink().close(CloseCode::internal_error);
    }
}

void CatchUp::go_on(const Job& job, Target target) {
    Backlog& backlog = *target.backlog;
    if (backlog.replay.has_value() || backlog.owes()) {
        enqueue(*target.connection, job.topic, backlog);
        return;
    }
    backlog.busy = false;
    const bool passed = backlog.sent.counter >= backlog.has_up_to && backlog.sent >= backlog.has_up_to_place;
    if (passed) target.connection->end_backlog(job.topic);
}

// --- pages ---

void CatchUp::read(const Job& job, const connection::Connection& connection, const Backlog& backlog) {
    const std::size_t waiting = connection.sink().bytes_waiting();
    const std::size_t bytes_max = page_bytes_ - std::min(page_bytes_, waiting);
    PageQuery query = backlog.replay.has_value()
                          ? page_query(job.topic, backlog.replay->after, *backlog.replay->window, bytes_max)
                          : page_query(job.topic, backlog.sent, fifo_window(backlog.sent, backlog.seen), bytes_max);
    const PageCursor end = query.window->end;
    ++reads_;
    reader_.read_page(std::move(query), [this, job, end](const Result<Page>& page) {
        --reads_;
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
        if (backlog.wants(message) && !has_already(backlog, message)) owed.push_back(message);
    }
    if (!owed.empty()) {
        const std::span<const StoredMessage> messages(owed);
        switch (target.connection->sink().send(wire::delivered_frames(messages, clock_.now_ms(), 0))) {
            case ports::Verdict::queued:
                break;
            case ports::Verdict::full:
                // Others filled it meanwhile. One message alone fits once it is empty.
                await_room(*target.connection, backlog, 0);
                return;
            case ports::Verdict::closed:
                return;
        }
    }
    backlog.sent = page.next.has_value() ? page.messages.back().at : end;
    if (!backlog.owes()) {
        events_.emit(
            observability::DeliveryCaughtUp{target.connection->id(), target.connection->identity().user, job.topic});
    }
    go_on(job, target);
}

}  // namespace notifyd::delivery
