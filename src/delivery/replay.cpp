// The part of CatchUp that serves a resume: plan, pages, the `resumed` frame.
#include "notifyd/core/limits.hpp"
#include "notifyd/delivery/catch_up.hpp"
#include "notifyd/wire/delivered_frames.hpp"
#include "notifyd/wire/server_frames.hpp"

#include <algorithm>
#include <utility>

namespace notifyd::delivery {

namespace {

std::string_view reason_of(ports::ResumePlan::Verdict verdict) {
    switch (verdict) {
        case ports::ResumePlan::Verdict::complete:
            return {};
        case ports::ResumePlan::Verdict::too_many:
            return "too_many";
        case ports::ResumePlan::Verdict::expired:
            return "expired";
        case ports::ResumePlan::Verdict::unknown_message:
            return "unknown_message";
        case ports::ResumePlan::Verdict::ahead:
            return "epoch";
    }
    return {};
}

}  // namespace

void CatchUp::resume(connection::Connection& connection, const ResumeRequest& request, Position fifo_up_to) {
    const bool same_epoch = !request.epoch.has_value() || *request.epoch == reader_.epoch();
    for (const ResumeTopic& topic : request.topics) {
        connection::ResumeAsked asked{topic.after, !same_epoch, fifo_up_to};
        Backlog* backlog = connection.backlog(topic.topic);
        if (backlog == nullptr) backlog = begin(connection, topic.topic);
        if (backlog == nullptr) continue;
        if (backlog->opening.has_value()) {
            // Whatever has passed since then was noted, and follows the replay.
            asked.fifo_up_to = *std::exchange(backlog->opening, std::nullopt);
            backlog->busy = false;
        } else if (backlog->owes() || backlog->replay.has_value()) {
            // Send what is owed first: a replay by number would skip messages without one.
            backlog->next_replays.push_back(asked);
            continue;
        }
        begin_replay(connection, topic.topic, *backlog, asked);
    }
    pump();
}

void CatchUp::begin_replay(const connection::Connection& connection,
                           const TopicName& topic,
                           Backlog& backlog,
                           const connection::ResumeAsked& asked) {
    backlog.replay.emplace().asked = asked;
    if (!backlog.busy) enqueue(connection, topic, backlog);
}

void CatchUp::plan(const Job& job, const Backlog& backlog) {
    const Replay& replay = *backlog.replay;
    // For a client of another database, only what this database holds can be stated.
    const ResumePoint after = replay.asked.other_epoch ? ResumePoint(Sequence{0}) : replay.asked.from;
    ++reads_;
    planner_.plan_resume({job.topic, after, limits::resume_messages_max, replay.asked.fifo_up_to, job.user},
                         [this, job](const Result<ports::ResumePlan>& plan) {
                             --reads_;
                             planned(job, plan);
                             pump();
                         });
}

void CatchUp::planned(const Job& job, const Result<ports::ResumePlan>& plan) {
    const Target target = find(job);
    if (target.backlog == nullptr) return;
    if (!plan) {
        failed(job, target);
        return;
    }
    Backlog& backlog = *target.backlog;
    Replay& replay = *backlog.replay;
    backlog.failures = 0;
    replay.to = plan->to;
    replay.oldest = plan->oldest;
    const std::string_view incomplete = replay.asked.other_epoch ? "epoch" : reason_of(plan->verdict);
    if (!incomplete.empty()) {
        end_replay(job, target, incomplete);
        return;
    }
    replay.window = plan->window;
    replay.after = plan->after;
    replay.count_planned = plan->count;
    // This loop may lag behind the one that the client was connected to before.
    if (const auto* const number = std::get_if<Sequence>(&replay.asked.from)) {
        if (*number > plan->to || log_ == Log::off) backlog.has_up_to = *number;
    } else if (plan->window.fifo_after.position > replay.asked.fifo_up_to) {
        backlog.has_up_to_place = plan->window.fifo_after;
    }
    if (plan->count == 0) {
        end_replay(job, target, {});
    } else {
        go_on(job, target);
    }
}

void CatchUp::replay_page(const Job& job, Target target, const Page& page) {
    Replay& replay = *target.backlog->replay;
    const std::vector<MessageId>& own_ones = target.backlog->standard_own;
    std::vector<StoredMessage> missed;
    for (const StoredMessage& message : page.messages) {
        const bool own = std::ranges::find(own_ones, message.id) != own_ones.end();
        if (message.target_channel == websocket_channel && !own) missed.push_back(message);
    }
    if (!missed.empty()) {
        const std::span<const StoredMessage> messages(missed);
        switch (target.connection->sink().send(wire::delivered_frames(messages, clock_.now_ms(), 0))) {
            case ports::Verdict::queued:
                break;
            case ports::Verdict::full:
                await_room(*target.connection, *target.backlog, 0);
                return;
            case ports::Verdict::closed:
                return;
        }
    }
    replay.count_read += page.messages.size();
    replay.count_sent += missed.size();
    for (const StoredMessage& message : missed) {
        if (message.type == MessageType::standard) replay.standard_sent.push_back(message.id);
        // Standard messages may precede the message that the client had.
        if (replay.window->fifo_after < message.at) replay.last = message.id;
    }
    if (page.next.has_value()) {
        replay.after = *page.next;
        go_on(job, target);
    } else {
        // Retention may have deleted some of them during the replay.
        end_replay(job, target, replay.count_read == replay.count_planned ? "" : "expired");
    }
}

void CatchUp::end_replay(const Job& job, Target target, std::string_view incomplete_because) {
    Backlog& backlog = *target.backlog;
    const Replay& replay = *backlog.replay;
    ResumePoint to(replay.to);
    if (const auto* const number = std::get_if<Sequence>(&replay.asked.from)) {
        if (incomplete_because.empty()) to = std::max(replay.to, *number);
    } else if (incomplete_because.empty()) {
        to = replay.last != MessageId() ? ResumePoint(replay.last) : replay.asked.from;
    }
    target.connection->sink().answer(wire::resumed_frame({.topic = job.topic,
                                                          .from = replay.asked.from,
                                                          .to = to,
                                                          .count = replay.count_sent,
                                                          .incomplete_because = incomplete_because,
                                                          .oldest = replay.oldest,
                                                          .epoch = reader_.epoch()}));
    std::vector<MessageId> sent = std::move(backlog.replay->standard_sent);
    std::ranges::sort(sent);
    std::erase_if(backlog.held, [&](const Delivery& delivery) {
        return std::ranges::binary_search(sent, delivery.message->id) ||
               (delivery.message->type == MessageType::fifo && backlog.has_already(delivery));
    });
    backlog.replay.reset();
    if (backlog.next_replays.empty()) backlog.standard_own.clear();
    go_on(job, target);
}

void CatchUp::release_held(const Job& job, Target target) {
    Backlog& backlog = *target.backlog;
    while (!backlog.held.empty()) {
        const Delivery& delivery = backlog.held.front();
        const FramePtr frame = wire::delivered_frames(std::span(&delivery, 1), clock_.now_ms(), 0);
        if (target.connection->sink().send(frame) == ports::Verdict::full) {
            await_room(*target.connection, backlog, low_mark_);
            return;
        }
        backlog.held.pop_front();
    }
    backlog.held_bytes = 0;
    go_on(job, target);
}

}  // namespace notifyd::delivery
