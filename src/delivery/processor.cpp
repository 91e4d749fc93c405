// One message to the members of its topic.
#include "notifyd/delivery/processor.hpp"

#include "notifyd/wire/server_frames.hpp"

namespace notifyd::delivery {

std::size_t Processor::process(const Delivery& delivery) {
    const Message& message = *delivery.message;
    const auto members = registry_.members(message.topic);
    if (members.empty()) return 0;

    const EpochMs now = clock_.now_ms();
    const FramePtr frame = wire::delivered_frame(delivery, now, 0);
    std::size_t sent = 0;
    for (connection::Connection* member : members) {
        if (message.skip && member->id() == *message.skip) continue;
        switch (member->sink().send(frame)) {
            case ports::Verdict::queued:
                ++sent;
                break;
            case ports::Verdict::full:
                member->sink().close(CloseCode::too_slow);
                events_.emit(observability::DeliveryClosedSlow{member->id(), member->identity().user});
                break;
            case ports::Verdict::closed:
                break;
        }
    }
    events_.emit(observability::MessageDelivered{.message = message.id,
                                                 .topic = message.topic,
                                                 .sequence = delivery.sequence,
                                                 .recipients = static_cast<std::int64_t>(sent),
                                                 .latency_ms = static_cast<double>(now - message.published_at)});
    return sent;
}

}  // namespace notifyd::delivery
