// A run of messages to the members of its topic.
#include "notifyd/delivery/processor.hpp"

#include "notifyd/core/limits.hpp"
#include "notifyd/wire/server_frames.hpp"

namespace notifyd::delivery {

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

    const EpochMs now = clock_.now_ms();
    const FramePtr frames = wire::delivered_frames(run, now, 0);
    std::size_t recipients = 0;
    for (connection::Connection* member : members) {
        if (first.skip && member->id() == *first.skip) continue;
        switch (member->sink().send(frames)) {
            case ports::Verdict::queued:
                ++recipients;
                slice_most_ = std::max(slice_most_, member->add_to_slice(slice_, frames->size()));
                break;
            case ports::Verdict::full:
                member->sink().close(CloseCode::too_slow);
                events_.emit(observability::DeliveryClosedSlow{member->id(), member->identity().user});
                break;
            case ports::Verdict::closed:
                break;
        }
    }
    slice_deliveries_ += recipients;
    record(run, now, recipients);
    return recipients;
}

void Processor::record(std::span<const Delivery> run, EpochMs now, std::size_t recipients) {
    for (const Delivery& delivery : run) {
        const Message& message = *delivery.message;
        events_.emit(observability::MessageDelivered{.message = message.id,
                                                     .topic = message.topic,
                                                     .sequence = delivery.sequence,
                                                     .recipients = static_cast<std::int64_t>(recipients),
                                                     .latency_ms = static_cast<double>(now - message.published_at)});
    }
}

}  // namespace notifyd::delivery
