// Delivers a run of messages to the members of its topic.
#include "notifyd/delivery/processor.hpp"

#include "notifyd/core/limits.hpp"
#include "notifyd/observability/events/messages.hpp"
#include "notifyd/wire/delivered_frames.hpp"

namespace notifyd::delivery {

// The frames of a run, encoded when the first member needs them: all may be behind, or the only one be the sender.
class Processor::RunFrames {
  public:
    RunFrames(std::span<const Delivery> run, EpochMs now) : run_(run), now_(now) {}

    [[nodiscard]] const FramePtr& get() {
        if (!frames_) frames_ = wire::delivered_frames(run_, now_, 0);
        return frames_;
    }
    [[nodiscard]] EpochMs now() const { return now_; }

  private:
    std::span<const Delivery> run_;
    EpochMs now_;
    FramePtr frames_;
};

void Processor::begin_slice() {
    ++slice_;
    slice_deliveries_ = 0;
    slice_most_ = 0;
}

bool Processor::slice_has_room(std::size_t bytes) const {
    return slice_deliveries_ < limits::deliveries_per_turn && (slice_most_ == 0 || bytes <= slice_room());
}

std::size_t Processor::process(std::span<const Delivery> run) {
    const Message& first = *run.front().message;
    const auto members = registry_.members(first.topic);
    slice_deliveries_ += run.size();
    if (members.empty()) return 0;

    RunFrames frames(run, clock_.now_ms());
    std::size_t recipients = 0;
    for (connection::Connection* member : members) {
        if (first.audience && !is_in(*first.audience, member->identity())) continue;
        if (first.skip && member->id() == *first.skip) {
            if (member->is_behind() && first.lifetime == Lifetime::kept) catch_up_.pass_over(*member, run);
            continue;
        }
        if (deliver(*member, run, frames) != Sent::gone) ++recipients;
    }
    slice_deliveries_ += recipients;
    record(run, frames.now(), recipients);
    return recipients;
}

Processor::Sent Processor::deliver(connection::Connection& member, std::span<const Delivery> run, RunFrames& frames) {
    const Message& first = *run.front().message;
    if (first.lifetime == Lifetime::transient) return send_transient(member, first.topic, frames);
    if (first.audience && member.awaits_pending) return send_after_pending(member, run);
    return member.is_behind() ? send_behind(member, run, frames) : send(member, run, frames.get());
}

Processor::Sent Processor::send(connection::Connection& member, std::span<const Delivery> run, const FramePtr& frames) {
    switch (member.sink().send(frames)) {
        case ports::Verdict::queued:
            slice_most_ = std::max(slice_most_, member.add_to_slice(slice_, frames->size()));
            return Sent::queued;
        case ports::Verdict::closed:
            return Sent::gone;
        case ports::Verdict::full:
            break;
    }
    const bool in_log = run.front().message->type == MessageType::fifo && run.front().at.position != 0;
    if (in_log) {
        catch_up_.fall_behind(member, run);
    } else {
        for (const Delivery& delivery : run) retries_.add(member, delivery);
    }
    return Sent::later;
}

Processor::Sent Processor::send_transient(connection::Connection& member, const TopicName& topic, RunFrames& frames) {
    const connection::Backlog* backlog = member.is_behind() ? member.backlog(topic) : nullptr;
    if (backlog != nullptr && backlog->holds()) return Sent::gone;
    if (member.sink().send(frames.get()) != ports::Verdict::queued) return Sent::gone;
    slice_most_ = std::max(slice_most_, member.add_to_slice(slice_, frames.get()->size()));
    return Sent::queued;
}

Processor::Sent Processor::send_after_pending(connection::Connection& member, std::span<const Delivery> run) {
    const std::vector<Delivery> live = notices_.pass(member, run);
    if (live.empty()) return Sent::later;
    return send_in_order(member, live, wire::delivered_frames(live, clock_.now_ms(), 0));
}

Processor::Sent Processor::send_in_order(connection::Connection& member,
                                         std::span<const Delivery> run,
                                         const FramePtr& frames) {
    const Message& first = *run.front().message;
    if (!is_ordered(first) || !retries_.holds_back(member, first)) return send(member, run, frames);
    for (const Delivery& delivery : run) retries_.add(member, delivery);
    return Sent::later;
}

Processor::Sent Processor::send_behind(connection::Connection& member,
                                       std::span<const Delivery> run,
                                       RunFrames& frames) {
    const std::span<const Delivery> live = catch_up_.pass(member, run);
    if (live.empty()) return Sent::later;
    return send_in_order(
        member, live, live.size() == run.size() ? frames.get() : wire::delivered_frames(live, frames.now(), 0));
}

void Processor::record(std::span<const Delivery> run, EpochMs now, std::size_t recipients) {
    for (const Delivery& delivery : run) {
        const Message& message = *delivery.message;
        if (message.form == Form::envelope) continue;
        events_.emit(observability::MessageDelivered{.message = message.id,
                                                     .topic = message.topic,
                                                     .sequence = delivery.sequence,
                                                     .recipients = static_cast<std::int64_t>(recipients),
                                                     .latency_ms = static_cast<double>(now - message.published_at)});
    }
}

}  // namespace notifyd::delivery
