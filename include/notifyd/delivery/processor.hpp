// Sends messages to the connections of their topic on one loop: encodes them once, queues them on each.
// Flow:   lanes -> Processor -> ports::ConnectionSink of every member
// Owns:   nothing. Thread: one loop.
// Fails:  never as a whole; a connection whose outbox is full is closed (1013) and reads what it missed from history.
#pragma once

#include "notifyd/connection/connection_registry.hpp"
#include "notifyd/core/message.hpp"
#include "notifyd/observability/events.hpp"

#include <cstddef>
#include <span>

namespace notifyd::delivery {

class Processor {
  public:
    Processor(const connection::ConnectionRegistry& registry, const Clock& clock, observability::Events& events)
        : registry_(registry), clock_(clock), events_(events) {}

    // A run has one topic, and the same `skip`. Returns how many connections it was queued for.
    std::size_t process(std::span<const Delivery> run);

  private:
    void record(std::span<const Delivery> run, EpochMs now, std::size_t recipients);

    const connection::ConnectionRegistry& registry_;
    const Clock& clock_;
    observability::Events& events_;
};

}  // namespace notifyd::delivery
