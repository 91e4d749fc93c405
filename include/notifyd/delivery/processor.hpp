// Sends messages to the connections of their topic on one loop: encodes them once, queues them on each.
// Flow:   lanes -> Processor -> ports::ConnectionSink of every member
// Owns:   the pace: a slice, which is delivered between two flushes, gives no connection more than its share of bytes
//         (or one message), so that a burst does not overflow the outbox of a client that reads.
// Thread: one loop.
// Fails:  never as a whole; a connection whose outbox is full is closed (1013) and reads what it missed from history.
#pragma once

#include "notifyd/connection/connection_registry.hpp"
#include "notifyd/core/message.hpp"
#include "notifyd/observability/events.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

namespace notifyd::delivery {

class Processor {
  public:
    Processor(const connection::ConnectionRegistry& registry,
              const Clock& clock,
              observability::Events& events,
              std::size_t slice_bytes)
        : registry_(registry), clock_(clock), events_(events), slice_bytes_(slice_bytes) {}

    void begin_slice();
    // Whether `bytes` more fit into the slice, whoever gets them.
    [[nodiscard]] bool slice_has_room(std::size_t bytes) const;
    // Bytes that every connection may still get.
    [[nodiscard]] std::size_t slice_room() const { return slice_bytes_ - std::min(slice_bytes_, slice_most_); }

    // A run has one topic, and the same `skip`. Returns how many connections it was queued for.
    std::size_t process(std::span<const Delivery> run);

  private:
    void record(std::span<const Delivery> run, EpochMs now, std::size_t recipients);

    const connection::ConnectionRegistry& registry_;
    const Clock& clock_;
    observability::Events& events_;
    std::size_t slice_bytes_;
    std::uint64_t slice_ = 0;
    std::size_t slice_deliveries_ = 0;
    std::size_t slice_most_ = 0;  // what the connection with the most got
};

}  // namespace notifyd::delivery
